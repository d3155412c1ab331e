// What the decoder refuses, and with which exception (SDM 2A, chapter 2).
#include "core/emulate/decoder.hpp"

#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using x86::exception;

class decoding_of : public rig {};

TEST_F(decoding_of, fifteen_bytes_are_the_most) {
  protected_mode();
  runs({0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x90});
  EXPECT_EQ(regs().general.rip, code_at + 15);
  regs().general.rip = code_at;
  faults({0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x90},
         exception::protection, 0);
  EXPECT_EQ(regs().general.rip, code_at);
}

TEST_F(decoding_of, operands_stand_in_the_manuals_order) {
  using enum operand_kind;
  const auto expect = [](std::initializer_list<unsigned> bytes, std::array<operand_kind, 3> kinds) {
    code_bytes code;
    for (const unsigned byte : bytes) code.bytes[code.count++] = byte;
    instruction decoded;
    ASSERT_EQ(decode(code, {.bits = 32, .protect = true}, decoded), decoding::complete);
    for (unsigned n = 0; n < kinds.size(); ++n) EXPECT_EQ(decoded.operands[n].kind, kinds[n]) << n;
  };
  expect({0x6b, 0x03, 0x05}, {general, memory, immediate});  // imul eax, [ebx], 5
  expect({0x69, 0x03, 0x05, 0x00, 0x00, 0x00}, {general, memory, immediate});
  expect({0x0f, 0xa4, 0x03, 0x05}, {memory, general, immediate});  // shld [ebx], eax, 5
  expect({0x0f, 0xac, 0x03, 0x05}, {memory, general, immediate});
  expect({0xc8, 0x05, 0x00, 0x02}, {immediate, immediate, none});  // enter 5, 2
}

TEST_F(decoding_of, an_instruction_needs_only_its_own_bytes) {
  real_mode();
  regs().general.rip = 0xffff;
  code({0x90});
  EXPECT_EQ(emulator_.step().next, verdict::done);
  regs().general.rip = 0xffff;
  faults({0xb0}, exception::protection,
         std::nullopt);  // its second byte is beyond the limit; real mode has no error codes
}

TEST_F(decoding_of, lock_wants_a_destination_in_memory) {
  protected_mode();
  gpr(rax, data_at);
  runs({0xf0, 0x01, 0x08});
  regs().general.rip = code_at;
  faults({0xf0, 0x01, 0xc8}, exception::undefined);        // lock add eax, ecx
  faults({0xf0, 0x03, 0x08}, exception::undefined);        // lock add ecx, [eax]
  faults({0xf0, 0x39, 0x08}, exception::undefined);        // lock cmp
  faults({0xf0, 0x89, 0x08}, exception::undefined);        // lock mov
  faults({0xf0, 0x0f, 0xa3, 0x08}, exception::undefined);  // lock bt
  faults({0xf0, 0x90}, exception::undefined);
}

TEST_F(decoding_of, registers_that_do_not_exist_are_undefined) {
  protected_mode();
  faults({0x8e, 0xc8}, exception::undefined);        // mov cs, ax
  faults({0x8c, 0xf0}, exception::undefined);        // mov ax, segment 6
  faults({0x0f, 0x20, 0xc8}, exception::undefined);  // mov eax, cr1
  faults({0x0f, 0x22, 0xe8}, exception::undefined);  // mov cr5, eax
  faults({0x8d, 0xc0}, exception::undefined);        // lea eax, eax
  faults({0x0f, 0xc7, 0xc8}, exception::undefined);  // cmpxchg8b eax
  faults({0x0f, 0x0b}, exception::undefined);
  faults({0xff, 0xf8}, exception::undefined);
  long_mode();
  faults({0x44, 0x0f, 0x23, 0xc0}, exception::undefined);  // mov dr8, rax
  faults({0x06}, exception::undefined);
  faults({0xd4, 0x0a}, exception::undefined);
}

TEST_F(decoding_of, protected_mode_instructions_are_undefined_in_real_mode) {
  real_mode();
  faults({0x0f, 0x00, 0xd8}, exception::undefined);  // ltr ax
  faults({0x63, 0xc0}, exception::undefined);        // arpl ax, ax
  faults({0x62, 0xc0}, exception::undefined);        // bound with a register
}

TEST_F(decoding_of, other_units_are_left_to_others) {
  protected_mode();
  const std::vector<std::vector<unsigned>> codes{
      {0xd9, 0xc0}, {0x0f, 0x28, 0xc0},       {0xc5, 0xf8, 0x77},       {0x9b},
      {0x0f, 0x05}, {0xf3, 0x0f, 0xb8, 0xc0}, {0xf3, 0x0f, 0xbc, 0xc0}, {0x0f, 0xae, 0x00}};
  for (const auto& bytes : codes) {
    EXPECT_EQ(step(bytes).next, verdict::unsupported);
    EXPECT_EQ(regs().general.rip, code_at);
  }
}

TEST_F(decoding_of, instructions_with_exits_of_their_own_are_named) {
  protected_mode();
  const auto served = [&](const std::vector<unsigned>& bytes, service which) {
    const result r = step(bytes);
    EXPECT_EQ(r.next, verdict::elsewhere);
    EXPECT_EQ(r.serve, which);
    EXPECT_EQ(r.length, bytes.size());
    EXPECT_EQ(regs().general.rip, code_at);
  };
  served({0x0f, 0xa2}, service::cpuid);
  served({0x0f, 0x30}, service::wrmsr);
  served({0x0f, 0x32}, service::rdmsr);
  served({0x0f, 0x31}, service::rdtsc);
  served({0x0f, 0x01, 0xc1}, service::vmcall);
  served({0x0f, 0x01, 0xc2}, service::vmx);
  served({0x0f, 0x78, 0xc1}, service::vmx);
  served({0x0f, 0x79, 0xc1}, service::vmx);
  served({0x0f, 0x01, 0xf9}, service::rdtscp);
  served({0x66, 0x0f, 0x09}, service::wbinvd);
}

TEST_F(decoding_of, code_in_a_device_is_not_executed) {
  protected_mode();
  regs().general.rip = hole;
  EXPECT_EQ(emulator_.step().next, verdict::unsupported);
}

TEST_F(decoding_of, instructions_cross_page_boundaries) {
  long_mode();
  for (unsigned before = 1; before < 10; ++before) {
    regs().general.rip = 0x2000 - before;
    put(data_at + 0x800, before, 8);
    runs({0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8});
    EXPECT_EQ(gpr(rax), 0x0807060504030201u);
    EXPECT_EQ(regs().general.rip, 0x2000 - before + 10);
  }
}

}  // namespace
}  // namespace umbra::emulate
