// A guest in real mode, in code at address 0, with a vector table there, too.
#pragma once

#include <initializer_list>
#include <vector>

#include "core/test/bench.hpp"
#include "core/vmx/real_mode.hpp"
#include "core/x86/segment.hpp"

namespace umbra::vmx {

class real_mode_bench : public bench {
 protected:
  void SetUp() override {
    ASSERT_TRUE(guest().restore(x86::cr0::et, 0, 0, 0));
    segments_ = vcpu::segments::at_reset();
    segments_[vcpu::segment_name::cs] = {0, 0, 0xffff, x86::segment_rights::real_code};
    cpu_->set_segments(segments_);
    general().rip = rip;
    general().set(vcpu::general::rsp, 0x8000);
    rflags_ = 2 | x86::rflags::vm;
  }

  void put(std::initializer_list<std::uint8_t> bytes) {
    const std::vector<std::uint8_t> all(bytes);
    place(all);
  }
  void poke(std::uint64_t address, std::uint64_t value, unsigned bytes) {
    machine_.memory().store(machine::ram::address_of_frame(0) + address, value, bytes);
  }
  std::uint64_t peek(std::uint64_t address, unsigned bytes) {
    return machine_.memory().load(machine::ram::address_of_frame(0) + address, bytes);
  }
  void vector(unsigned n, std::uint16_t selector, std::uint16_t offset) {
    poke(4 * n, std::uint64_t{selector} << 16 | offset, 4);
  }
  void set(vcpu::segment_name n, const vcpu::segment& s) {
    segments_[n] = s;
    cpu_->set_segments(segments_);
  }

  /// Hardware, in virtual-8086 mode, comes to an exception at RIP.
  next raises(x86::exception which, bool with_code = false, word type = 3) {
    EXPECT_EQ(cpu_->prepare(), next::run) << "the guest has run";
    EXPECT_TRUE(cpu_->disguised());
    hardware().inform(x86::vmcs::exit_event,
                      word{1} << 31 | type << 8 | (with_code ? 1u << 11 : 0) | x86::vector_of(which));
    hardware().inform(x86::vmcs::exit_error_code, 0);
    return exit(x86::exit_reason::exception_or_nmi);
  }
  next refuses(std::initializer_list<std::uint8_t> instruction) {
    put(instruction);
    return raises(x86::exception::protection, true);
  }

  /// The guest is about to execute selector:offset, having been interrupted at `back`.
  void expect_interrupted(word selector, word offset, word back, word flags = 2) {
    EXPECT_EQ(cpu_->segments()[vcpu::segment_name::cs].selector, selector);
    EXPECT_EQ(general().rip, offset);
    EXPECT_EQ(general().get(vcpu::general::rsp), 0x7ffau);
    EXPECT_EQ(peek(0x7ffa, 2), back);
    EXPECT_EQ(peek(0x7ffc, 2), 0u);
    EXPECT_EQ(peek(0x7ffe, 2), flags);
    EXPECT_FALSE(guest().events().pending());
  }
};

}  // namespace umbra::vmx
