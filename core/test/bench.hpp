// A VM with one vCPU on the simulated machine, whose exits tests make up.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>

#include "core/vmx/cpu.hpp"
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/segment.hpp"
#include "models/machine/machine.hpp"

namespace umbra::vmx {

class bench : public testing::Test {
 protected:
  bench() : memory_(machine_.host()), mmu_(memory_) {
    memory::slot_request all;
    all.pages = 64;
    EXPECT_EQ(mmu_.set_slot(0, all), memory::status::ok);
    EXPECT_TRUE(mmu_.create(64));
    capabilities can;
    EXPECT_TRUE(can.read(machine_.host()));
    EXPECT_EQ(controls_.choose(can), nullptr);
    make_cpu();
  }

  /// In the place of the vCPU that was there, as after reset.
  void make_cpu(executor e = executor::emulator) {
    cpu_.reset();
    cpu_ = std::make_unique<cpu>(mmu_, 0, features_, controls_, e);
    EXPECT_TRUE(cpu_->create());
    cpu_->set_up();
    EXPECT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::et, 0, 0, 0));
    // Exits come without the entry before them, which would have written registers and told of no event.
    using enum x86::vmcs;
    for (const x86::vmcs f : {guest_cr0, guest_cr4, entry_event, exit_event, vectoring_event}) hardware().inform(f, 0);
  }

  void TearDown() override {
    cpu_.reset();
    for (unsigned n = 0; n < machine_.incidents().count() && n < machine::incident_log::kept; ++n) {
      ADD_FAILURE() << "incident: " << machine_.incidents().at(n).text;
    }
  }

  vcpu::vcpu& guest() { return cpu_->guest(); }
  vcpu::general_registers& general() { return guest().general(); }
  machine::processor& hardware() { return machine_.cpu(0); }
  word field_of(x86::vmcs f) { return hardware().read_vmcs(f); }

  /// Identity-mapped 4-level tables: the root in frame 1, a table in 2, a directory in 3, a page table in 4.
  void turn_on_level4() {
    store(1, 0, 0x2000 | link);
    store(2, 0, 0x3000 | link);
    store(3, 0, 0x4000 | link);
    for (unsigned n = 0; n < 64; ++n) store(4, n, std::uint64_t{n} << 12 | link);
    ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::pg | x86::cr0::wp, 0x1000, x86::cr4::pae,
                                x86::efer::lme | x86::efer::lma | x86::efer::nxe));
    segments_.registers[static_cast<unsigned>(vcpu::segment_name::cs)].rights |= 1u << 13;
    cpu_->set_segments(segments_);
  }
  void at_level_3() {
    for (const vcpu::segment_name n : {vcpu::segment_name::cs, vcpu::segment_name::ss}) {
      segments_[n].selector |= 3;
      segments_[n].rights |= x86::segment_rights::dpl;
    }
    cpu_->set_segments(segments_);
  }
  /// Code and stack of a privilege level.
  void run_at_privilege(unsigned cpl) {
    namespace rights = x86::segment_rights;
    for (const vcpu::segment_name n : {vcpu::segment_name::cs, vcpu::segment_name::ss}) {
      vcpu::segment& s = segments_[n];
      s.selector = (s.selector & ~word{x86::selector::rpl}) | cpl;
      s.rights = (s.rights & ~word{rights::dpl}) | word{cpl} << rights::dpl_at;
    }
    cpu_->set_segments(segments_);
  }
  void store(unsigned frame, unsigned index, std::uint64_t value) {
    machine_.memory().store(machine::ram::address_of_frame(frame) + 8 * index, value, 8);
  }
  /// Puts an instruction where exits come from.
  void place(std::span<const std::uint8_t> bytes) {
    for (unsigned n = 0; n < bytes.size(); ++n)
      machine_.memory().store(machine::ram::address_of_frame(0) + rip + n, bytes[n], 1);
  }
  std::uint64_t stored(unsigned frame, unsigned index) {
    return machine_.memory().load(machine::ram::address_of_frame(frame) + 8 * index, 8);
  }

  /// An exit at RIP 0x100 by an instruction of `length` bytes.
  next exit(x86::exit_reason why, word qualification = 0, unsigned length = 2) {
    return exit_with(static_cast<word>(why), qualification, length);
  }
  next exit_with(word reason, word qualification = 0, unsigned length = 2) {
    hardware().inform(x86::vmcs::exit_reason, reason);
    hardware().inform(x86::vmcs::exit_qualification, qualification);
    hardware().inform(x86::vmcs::instruction_length, length);
    hardware().inform(x86::vmcs::guest_rip, rip);
    hardware().inform(x86::vmcs::guest_rsp, 0x8000);
    hardware().inform(x86::vmcs::guest_rflags, rflags_);
    return cpu_->exited(true);
  }
  next page_fault(word where, word error_code) {
    EXPECT_EQ(cpu_->prepare(), next::run) << "the guest has run";
    hardware().inform(x86::vmcs::exit_event, 0x8000'0b0e);
    hardware().inform(x86::vmcs::exit_error_code, error_code);
    return exit(x86::exit_reason::exception_or_nmi, where);
  }
  void interrupted(word event, word error_code = 0) {
    hardware().inform(x86::vmcs::vectoring_event, event);
    hardware().inform(x86::vmcs::vectoring_error_code, error_code);
  }
  void expect_left(request_kind kind, word reason = 0) {
    EXPECT_EQ(cpu_->request().kind, kind);
    EXPECT_EQ(cpu_->request().reason, reason);
  }
  /// The instruction is done: the guest goes on behind it.
  void expect_done(next n) {
    EXPECT_EQ(n, next::run);
    EXPECT_EQ(general().rip, rip + 2);
    EXPECT_EQ(delivered(), -1);
  }
  void expect_exception(next n, x86::exception vector) {
    EXPECT_EQ(n, next::run);
    EXPECT_EQ(general().rip, rip) << "the instruction is not done";
    EXPECT_EQ(delivered(), x86::vector_of(vector));
  }
  /// The exception that the next entry delivers: a vector, or -1 for none.
  int delivered() {
    EXPECT_EQ(cpu_->prepare(), next::run);
    const word event = field_of(x86::vmcs::entry_event);
    return event >> 31 == 0 ? -1 : static_cast<int>(event & 0xff);
  }

  static constexpr word rip = 0x100;
  static constexpr std::uint64_t link =
      x86::entry::present | x86::entry::write | x86::entry::user | x86::entry::accessed | x86::entry::dirty;

  machine::machine machine_;
  memory::space memory_;
  mmu::mmu mmu_;
  controls controls_{};
  x86::features features_{};
  std::unique_ptr<cpu> cpu_;
  vcpu::segments segments_ = vcpu::segments::at_reset();
  word rflags_ = 2;
};

}  // namespace umbra::vmx
