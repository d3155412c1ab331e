// A vCPU with memory, code to execute, and userspace: what tests of the emulator need.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "core/emulate/emulator.hpp"
#include "core/x86/entry.hpp"
#include "models/machine/machine.hpp"

namespace umbra::emulate {

/// Memory is at 0 to 1 MiB less the hole at 0xa0000 to 0xaffff, which userspace answers for; 0xb0000 to 0xb7fff is
/// read-only.
class rig : public testing::Test {
 protected:
  static constexpr std::uint64_t code_at = 0x1000, data_at = 0x2000, stack_at = 0x8000, hole = 0xa0000, rom = 0xb0000;

  rig() {
    EXPECT_TRUE(mmu_.create());
    slot(0, 0, 0xa0, 0, false);
    slot(1, 0xb0, 8, 0xa0, true);
    EXPECT_TRUE(cpu_.create());
  }

  void TearDown() override {
    for (unsigned n = 0; n < host_.incidents().count(); ++n) ADD_FAILURE() << host_.incidents().at(n).text;
    EXPECT_FALSE(host_.locked());
  }

  void slot(unsigned id, std::uint64_t base, std::uint64_t pages, std::uint64_t backing, bool read_only) {
    memory::slot_request r;
    r.base = {base};
    r.pages = pages;
    r.userspace_page = backing;
    r.read_only = read_only;
    ASSERT_EQ(mmu_.set_slot(id, r), memory::status::ok);
  }

  // --- modes ---

  vcpu::register_set& regs() { return cpu_.state(); }
  vcpu::segment& segment(vcpu::segment_name n) { return regs().segments[n]; }

  void real_mode() {
    ASSERT_TRUE(cpu_.write_cr0(x86::cr0::et));
    real_segments();
  }
  void virtual_8086_mode(std::uint64_t flag_bits = 0) {
    ASSERT_TRUE(cpu_.write_cr0(x86::cr0::pe | x86::cr0::et));
    real_segments();
    flags(x86::rflags::vm | flag_bits);
  }
  void real_segments() {
    for (unsigned n = 0; n < 6; ++n) {
      segment(static_cast<vcpu::segment_name>(n)) = {
          0, 0, 0xffff, n == 1 ? x86::segment_rights::real_code : x86::segment_rights::real_data};
    }
    regs().general.rip = code_at;
    gpr(vcpu::general::rsp, stack_at);
  }

  /// Flat segments with these rights in addition.
  void flat(std::uint64_t code_rights, std::uint64_t data_rights, std::uint64_t dpl) {
    using namespace x86;
    using vcpu::segment_name;
    for (unsigned n = 0; n < 6; ++n) {
      const std::uint64_t kind =
          n == 1 ? x86::segment_rights::real_code | code_rights : x86::segment_rights::real_data | data_rights;
      segment(static_cast<segment_name>(n)) = {
          (8 * (n + 1)) | dpl, 0, 0xffff'ffff,
          kind | x86::segment_rights::granularity | dpl << x86::segment_rights::dpl_at};
    }
    regs().general.rip = code_at;
    gpr(vcpu::general::rsp, stack_at);
  }
  void protected_mode(unsigned cpl = 0) {
    ASSERT_TRUE(cpu_.write_cr0(x86::cr0::pe | x86::cr0::et));
    flat(x86::segment_rights::big, x86::segment_rights::big, cpl);
  }
  /// With 4-level tables at 0x10000 that map the first 2 MiB in 4-KiB pages, for users too.
  void long_mode(unsigned cpl = 0) {
    using namespace x86;
    constexpr std::uint64_t bits = entry::present | entry::write | entry::user;
    put(0x10000, 0x11000 | bits, 8);
    put(0x11000, 0x12000 | bits, 8);
    put(0x12000, 0x13000 | bits, 8);
    for (std::uint64_t n = 0; n < 256; ++n) put(0x13000 + 8 * n, n << 12 | bits, 8);
    ASSERT_TRUE(cpu_.write_cr4(cr4::pae));
    ASSERT_TRUE(cpu_.write_cr3(0x10000));
    ASSERT_TRUE(cpu_.write_efer(efer::lme));
    ASSERT_TRUE(cpu_.write_cr0(cr0::pe | cr0::pg | cr0::wp | cr0::et));
    flat(x86::segment_rights::long_mode, x86::segment_rights::big, cpl);
  }
  static constexpr std::uint64_t page_entry(std::uint64_t page) { return 0x13000 + 8 * page; }

  // --- state ---

  std::uint64_t gpr(unsigned n) { return regs().general.get(n); }
  void gpr(unsigned n, std::uint64_t value) { regs().general.set(n, value); }
  void flags(std::uint64_t value) { regs().general.rflags = value | x86::rflags::fixed; }

  static std::uint64_t backing(std::uint64_t gpa) {
    const std::uint64_t page = gpa >> 12;
    return machine::ram::address_of_frame(static_cast<unsigned>(page < 0xa0 ? page : page - 0xb0 + 0xa0)) |
           (gpa & 0xfff);
  }
  std::uint64_t peek(std::uint64_t gpa, unsigned bytes) { return host_.memory().load(backing(gpa), bytes); }
  void put(std::uint64_t gpa, std::uint64_t value, unsigned bytes) { host_.memory().store(backing(gpa), value, bytes); }
  void code(const std::vector<unsigned>& bytes) {
    std::uint64_t at = (segment(vcpu::segment_name::cs).base & 0xfffff) + regs().general.rip;
    for (const unsigned b : bytes) put(at++, b, 1);
  }

  // --- running ---

  result step(const std::vector<unsigned>& bytes) {
    code(bytes);
    return emulator_.step();
  }
  void runs(const std::vector<unsigned>& bytes) { EXPECT_EQ(step(bytes).next, verdict::done); }
  void faults(const std::vector<unsigned>& bytes, x86::exception v, std::optional<std::uint64_t> error = {}) {
    const result r = step(bytes);
    ASSERT_EQ(r.next, verdict::fault);
    EXPECT_EQ(r.event.vector, v);
    EXPECT_EQ(r.event.has_code, error.has_value());
    if (error) EXPECT_EQ(r.event.code, *error);
  }

  machine::machine host_;
  memory::space space_{host_.host()};
  mmu::mmu mmu_{space_};
  vcpu::vcpu cpu_{mmu_, 0, x86::features{}};
  io::bus bus_;
  emulator emulator_{cpu_, bus_};
};

}  // namespace umbra::emulate
