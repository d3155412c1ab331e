// VMCALL, and the page by which a guest asks for the instruction.
#include "core/test/bench.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using enum x86::exit_reason;

class hypercalls : public bench {
 protected:
  void call(word number) {
    general().set(rax, number);
    general().set(rbx, 0xaaaa'0000'0000'0001);
    general().set(rcx, 2);
    general().set(rdx, 3);
    general().set(rsi, 4);
  }

  /// RAX, once the VMM has answered.
  word answered(word result) {
    EXPECT_TRUE(cpu_->waits());
    cpu_->answer_hypercall(result);
    EXPECT_EQ(cpu_->complete(), next::run);
    EXPECT_FALSE(cpu_->waits());
    return general().get(rax);
  }

  // The state page's fields.
  void request_page(word frame, std::uint32_t version, std::uint64_t hypercall) {
    store(frame, 0, version);
    store(frame, 1, 0xffff'ffff'0000'1000);
    store(frame, 2, hypercall);
  }
  std::uint32_t result(unsigned frame) { return static_cast<std::uint32_t>(stored(frame, 1) >> 32); }
  std::uint32_t host_version(unsigned frame) { return static_cast<std::uint32_t>(stored(frame, 0) >> 32); }
  static constexpr std::uint32_t invalid = 0xffff'ffea;
};

TEST_F(hypercalls, one_that_is_the_vmms_leaves_with_number_and_arguments) {
  call(0xffff'0000'0000'1234);
  EXPECT_EQ(exit(vmcall, 0, 3), next::leave);
  expect_left(request_kind::hypercall);
  const auto& h = cpu_->request().hypercall;
  EXPECT_EQ(h.number, 0x1234u) << "32 bits outside 64-bit code";
  EXPECT_EQ(h.arguments, (std::array<word, 4>{1, 2, 3, 4}));
  EXPECT_FALSE(h.long_mode);
  EXPECT_EQ(general().rip, rip + 3);
  EXPECT_EQ(answered(~word{0}), 0xffff'ffffu);
}

TEST_F(hypercalls, one_that_the_vmm_does_not_answer_is_none_that_there_is) {
  call(0x1234);
  ASSERT_EQ(exit(vmcall, 0, 3), next::leave);
  EXPECT_EQ(general().get(rax), 0xffff'fc18u) << "-1000";
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().get(rax), 0xffff'fc18u);
  call(0x1234);
  ASSERT_EQ(exit(vmcall, 0, 3), next::leave);
  EXPECT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->waits());
  EXPECT_EQ(general().get(rax), 0xffff'fc18u);
}

TEST_F(hypercalls, a_result_is_not_for_a_vcpu_that_the_vmm_has_taken_elsewhere) {
  call(0x1234);
  ASSERT_EQ(exit(vmcall, 0, 3), next::leave);
  general().rip = 0x500;
  general().set(rax, 5);
  EXPECT_EQ(answered(7), 5u);
  EXPECT_EQ(general().rip, 0x500u);
}

TEST_F(hypercalls, in_64_bit_code_registers_count_as_a_whole) {
  turn_on_level4();
  call(0xffff'0000'0000'1234);
  EXPECT_EQ(exit(vmcall, 0, 3), next::leave);
  EXPECT_EQ(cpu_->request().hypercall.number, 0xffff'0000'0000'1234u);
  EXPECT_EQ(cpu_->request().hypercall.arguments[0], 0xaaaa'0000'0000'0001u);
  EXPECT_TRUE(cpu_->request().hypercall.long_mode);
  EXPECT_EQ(answered(~word{21}), ~word{21});
}

TEST_F(hypercalls, user_code_has_none) {
  for (unsigned cpl = 1; cpl < 4; ++cpl) {
    segments_[vcpu::segment_name::ss].rights = 0xc093 | cpl << 5;
    cpu_->set_segments(segments_);
    call(1);
    EXPECT_EQ(exit(vmcall, 0, 3), next::run);
    EXPECT_EQ(general().get(rax), 0xffff'ffffu) << "-EPERM";
    EXPECT_EQ(general().rip, rip + 3);
  }
}

TEST_F(hypercalls, polling_for_interrupts_succeeds) {
  call(1);
  EXPECT_EQ(exit(vmcall, 0, 3), next::run);
  EXPECT_EQ(general().get(rax), 0u);
}

TEST_F(hypercalls, the_instruction_is_written_where_the_guest_wants_it) {
  ASSERT_EQ(mmu_.log_dirty(0, true), memory::status::ok);
  request_page(5, 1, 0x6123);
  EXPECT_TRUE(guest().paravirtual().register_page(0x5000));
  EXPECT_EQ(host_version(5), 1u);
  EXPECT_EQ(result(5), 0u);
  EXPECT_EQ(stored(6, 0x120 / 8) >> 24 & 0xffff'ffff, 0xc3c1'010fu);
  EXPECT_TRUE(guest().paravirtual().registered());
  EXPECT_EQ(guest().paravirtual().page().value, 0x5000u);
  std::uint64_t log[1] = {};
  ASSERT_EQ(mmu_.read_log(0, log), memory::status::ok);
  EXPECT_EQ(log[0], std::uint64_t{1} << 5 | std::uint64_t{1} << 6);
}

TEST_F(hypercalls, a_guest_registers_by_an_msr) {
  request_page(5, 1, 0x6000);
  general().set(rcx, 0x8765'5309);
  general().set(rax, 0x5000);
  general().set(rdx, 0);
  expect_done(exit(wrmsr));
  EXPECT_EQ(result(5), 0u);
  EXPECT_EQ(stored(6, 0), 0xc3c1'010fu);
  general().set(rax, 0x5001);
  expect_exception(exit(wrmsr), x86::exception::protection);
  expect_exception(exit(rdmsr), x86::exception::protection);
}

TEST_F(hypercalls, a_shadowed_table_that_the_instruction_is_written_to_keeps_its_shadow_in_step) {
  turn_on_level4();
  ASSERT_EQ(page_fault(0x9123, 0), next::run);
  request_page(5, 1, 0x4000 + 8 * 9);  // 0xc3c1010f: a page at 0xc3c10000, where there is no memory
  ASSERT_TRUE(guest().paravirtual().register_page(0x5000));
  ASSERT_EQ(cpu_->prepare(), next::run);
  ASSERT_TRUE(hardware().enter());
  EXPECT_FALSE(hardware().access(0x9123, {}).ok);
  hardware().leave();
}

TEST_F(hypercalls, what_is_not_a_page_of_memory_is_a_general_protection) {
  EXPECT_FALSE(guest().paravirtual().register_page(0x5008));
  EXPECT_FALSE(guest().paravirtual().register_page(0x4000'0000));
  EXPECT_FALSE(guest().paravirtual().register_page(~word{0} << 12));
  EXPECT_FALSE(guest().paravirtual().registered());
}

TEST_F(hypercalls, a_newer_guest_and_an_instruction_outside_memory_are_refused_in_the_page) {
  const struct {
    std::uint32_t version;
    std::uint64_t hypercall;
  } cases[] = {{2, 0x6000}, {1, 0x4000'0000}, {1, 0x6ffd}};
  for (const auto& c : cases) {
    request_page(5, c.version, c.hypercall);
    EXPECT_TRUE(guest().paravirtual().register_page(0x5000));
    EXPECT_EQ(host_version(5), 1u);
    EXPECT_EQ(result(5), invalid);
    EXPECT_FALSE(guest().paravirtual().registered());
  }
  EXPECT_EQ(stored(6, 0), 0u);
  EXPECT_EQ(stored(7, 0), 0u);
}

}  // namespace
}  // namespace umbra::vmx
