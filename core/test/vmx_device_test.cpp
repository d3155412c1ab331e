// What a vCPU asks of devices, and how it goes on once it has the answer.
#include <functional>
#include <initializer_list>
#include <vector>

#include "core/test/bench.hpp"
#include "core/x86/page_fault.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
namespace code = x86::page_fault;

constexpr word in = 1 << 3, string = 1 << 4;
constexpr word port(word number) { return number << 16; }
constexpr word bytes(word n) { return n - 1; }

class device : public bench {
 protected:
  /// Linear page 9 is a device at guest-physical 0x40000000, page 10 one at 0x50000000.
  static constexpr word first = 0x4000'0000, second = 0x5000'0000, linear = 0x9000;

  void use_devices() {
    turn_on_level4();
    store(4, 9, first | link);
    store(4, 10, second | link);
  }
  void put(std::initializer_list<std::uint8_t> bytes) {
    const std::vector<std::uint8_t> all(bytes);
    place(all);
  }
  /// The instruction at RIP misses at `where`.
  next misses(word where, word error_code) { return page_fault(where, error_code); }

  void expect_access(bool write, word address, unsigned bytes, word data = 0) {
    const io::request& r = cpu_->io();
    EXPECT_EQ(cpu_->request().kind, r.space == io::space::port ? request_kind::io : request_kind::mmio);
    EXPECT_EQ(r.write, write);
    EXPECT_EQ(r.address, address);
    EXPECT_EQ(r.bytes, bytes);
    if (write) EXPECT_EQ(r.data[0], data);
  }
  next answer(word data = 0) {
    EXPECT_TRUE(cpu_->waits());
    if (!cpu_->io().write) cpu_->io().data[0] = data;
    return cpu_->complete();
  }
  void byte_at(word linear_address, std::uint8_t value) {
    machine_.memory().store(machine::ram::address_of_frame(0) + linear_address, value, 1);
  }
  std::uint64_t byte_at(word linear_address) {
    return machine_.memory().load(machine::ram::address_of_frame(0) + linear_address, 1);
  }
};

// --- IN and OUT ---

TEST_F(device, out_leaves_with_port_size_and_data) {
  general().set(rax, 0x1234'5678'9abc'def0);
  const auto out = [&](unsigned n, word data) {
    EXPECT_EQ(exit(x86::exit_reason::io, bytes(n) | port(0xcf8)), next::leave);
    expect_access(true, 0xcf8, n, data);
    EXPECT_EQ(cpu_->io().count, 1u);
    EXPECT_EQ(general().rip, rip + 2) << "nothing is left to do";
    EXPECT_FALSE(cpu_->waits());
  };
  out(1, 0xf0);
  out(2, 0xdef0);
  out(4, 0x9abc'def0);
}

TEST_F(device, in_takes_what_the_vmm_answers_by_size) {
  constexpr word before = 0x1122'3344'5566'7788;
  const auto input = [&](unsigned n) {
    general().set(rax, before);
    EXPECT_EQ(exit(x86::exit_reason::io, bytes(n) | in | port(0x60)), next::leave);
    expect_access(false, 0x60, n);
    EXPECT_EQ(general().rip, rip) << "not yet";
    EXPECT_EQ(general().get(rax), before);
    EXPECT_EQ(answer(0xffff'ffff'aabb'ccdd), next::run);
    EXPECT_EQ(general().rip, rip + 2);
    EXPECT_FALSE(cpu_->waits());
    return general().get(rax);
  };
  EXPECT_EQ(input(1), 0x1122'3344'5566'77ddu);
  EXPECT_EQ(input(2), 0x1122'3344'5566'ccddu);
  EXPECT_EQ(input(4), 0xaabb'ccddu);
}

TEST_F(device, an_in_from_which_the_vmm_takes_the_vcpu_away_is_dropped) {
  ASSERT_EQ(exit(x86::exit_reason::io, bytes(1) | in | port(0x60)), next::leave);
  general().rip = 0x500;
  general().set(rax, 5);
  EXPECT_EQ(answer(0x77), next::run);
  EXPECT_EQ(general().rip, 0x500u);
  EXPECT_EQ(general().get(rax), 5u);
}

TEST_F(device, an_in_ends_in_what_the_vmm_has_made_of_rax) {
  ASSERT_EQ(exit(x86::exit_reason::io, bytes(1) | in | port(0x60)), next::leave);
  general().set(rax, 0x1100);
  EXPECT_EQ(answer(0x77), next::run);
  EXPECT_EQ(general().get(rax), 0x1177u);
}

TEST_F(device, an_in_that_is_done_ends_blocking_and_may_trap) {
  rflags_ |= x86::rflags::tf;
  ASSERT_EQ(exit(x86::exit_reason::io, bytes(1) | in | port(0x60)), next::leave);
  guest().state().blocking = x86::interruptibility::by_sti;
  EXPECT_EQ(field_of(x86::vmcs::guest_pending_debug), 0u);
  EXPECT_EQ(answer(0), next::run);
  EXPECT_EQ(guest().state().blocking, 0u);
  EXPECT_EQ(field_of(x86::vmcs::guest_pending_debug), x86::pending_debug::single_step);
}

/// A latch: what is written is what is read.
struct latch : io::device {
  latch() : io::device{read_it, write_it} {}
  static bool read_it(io::device& d, word, unsigned, word& value) {
    value = static_cast<latch&>(d).held;
    return true;
  }
  static bool write_it(io::device& d, word, unsigned, word value) {
    static_cast<latch&>(d).held = value;
    return true;
  }
  word held = 0;
};

TEST_F(device, a_port_in_the_core_answers_at_once) {
  latch l;
  ASSERT_TRUE(cpu_->bus().attach(io::space::port, 0x70, 4, l));
  general().set(rax, 0xffff'ffff'1234'5678);
  EXPECT_EQ(exit(x86::exit_reason::io, bytes(2) | port(0x70)), next::run);
  EXPECT_EQ(l.held, 0x5678u);
  EXPECT_EQ(general().rip, rip + 2);
  l.held = 0xab;
  EXPECT_EQ(exit(x86::exit_reason::io, bytes(1) | in | port(0x70)), next::run);
  EXPECT_EQ(general().get(rax), 0xffff'ffff'1234'56abu);
  EXPECT_FALSE(cpu_->waits());
  EXPECT_EQ(exit(x86::exit_reason::io, bytes(4) | in | port(0x72)), next::leave) << "it lies in its range in part";
}

// --- INS and OUTS ---

TEST_F(device, string_output_goes_on_where_it_stopped) {
  use_devices();
  put({0xf3, 0x6e});  // REP OUTSB
  for (unsigned n = 0; n < 4; ++n) byte_at(0x7ffe + n, static_cast<std::uint8_t>(0xa0 + n));
  general().set(rsi, 0x7ffe);
  general().set(rcx, 4);
  general().set(rdx, 0x3f8);
  ASSERT_EQ(exit(x86::exit_reason::io, string | port(0x3f8)), next::leave);
  expect_access(true, 0x3f8, 1, 0xa0);
  EXPECT_EQ(cpu_->io().count, 2u) << "no further than the page";
  EXPECT_EQ(cpu_->io().data[1], 0xa1u);
  EXPECT_EQ(general().get(rcx), 4u) << "not yet";
  ASSERT_EQ(answer(), next::leave);
  EXPECT_EQ(general().get(rcx), 2u);
  EXPECT_EQ(general().rip, rip);
  expect_access(true, 0x3f8, 1, 0xa2);
  ASSERT_EQ(answer(), next::run);
  EXPECT_EQ(general().get(rcx), 0u);
  EXPECT_EQ(general().get(rsi), 0x8002u);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(device, string_input_counts_down_and_stores_backwards_with_df) {
  use_devices();
  put({0xf3, 0x66, 0x6d});  // REP INSW
  rflags_ |= x86::rflags::df;
  general().set(rdi, 0x8010);
  general().set(rcx, 3);
  general().set(rdx, 0x1f0);
  ASSERT_EQ(exit(x86::exit_reason::io, bytes(2) | in | string | port(0x1f0)), next::leave);
  expect_access(false, 0x1f0, 2);
  ASSERT_EQ(cpu_->io().count, 3u);
  for (unsigned n = 0; n < 3; ++n) cpu_->io().data[n] = 0x1110 + n;
  ASSERT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(byte_at(0x8010), 0x10u);
  EXPECT_EQ(byte_at(0x800e), 0x11u);
  EXPECT_EQ(byte_at(0x800c), 0x12u);
  EXPECT_EQ(general().get(rcx), 0u);
  EXPECT_EQ(general().get(rdi), 0x800au);
  EXPECT_EQ(general().rip, rip + 3);
}

TEST_F(device, a_string_instruction_whose_memory_faults_is_the_guests_to_see) {
  turn_on_level4();
  store(4, 9, 0);
  put({0x6c});  // INSB
  general().set(rdi, 0x9000);
  ASSERT_EQ(exit(x86::exit_reason::io, in | string), next::run) << "no device is asked first";
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::page_fault));
  EXPECT_EQ(general().cr2, 0x9000u);
  EXPECT_EQ(general().rip, rip);
}

TEST_F(device, without_an_emulator_there_are_no_string_instructions) {
  make_cpu(executor::hardware);
  EXPECT_EQ(exit(x86::exit_reason::io, string), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
  EXPECT_EQ(general().rip, rip);
}

// --- memory ---

TEST_F(device, a_load_waits_for_its_data) {
  use_devices();
  put({0x48, 0x8b, 0x03});  // MOV RAX, [RBX]
  general().set(rbx, linear + 0x10);
  ASSERT_EQ(misses(linear + 0x10, 0), next::leave);
  expect_access(false, first + 0x10, 8);
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(answer(0x1122'3344'5566'7788), next::run);
  EXPECT_EQ(general().get(rax), 0x1122'3344'5566'7788u);
  EXPECT_EQ(general().rip, rip + 3);
  EXPECT_EQ(delivered(), -1);
}

TEST_F(device, a_store_is_made_once) {
  use_devices();
  put({0x66, 0x89, 0x03});  // MOV [RBX], AX
  general().set(rbx, linear);
  general().set(rax, 0x12345);
  ASSERT_EQ(misses(linear, code::write), next::leave);
  expect_access(true, first, 2, 0x2345);
  EXPECT_EQ(answer(), next::run);
  EXPECT_EQ(general().rip, rip + 3);
  EXPECT_FALSE(cpu_->waits());
}

TEST_F(device, an_access_of_two_pages_is_two_requests) {
  use_devices();
  put({0x8b, 0x03});  // MOV EAX, [RBX]
  general().set(rbx, 0x9fff);
  ASSERT_EQ(misses(0x9fff, 0), next::leave);
  expect_access(false, first + 0xfff, 1);
  ASSERT_EQ(answer(0x44), next::leave);
  expect_access(false, second, 3);
  EXPECT_EQ(answer(0x332211), next::run);
  EXPECT_EQ(general().get(rax), 0x3322'1144u);
  put({0x89, 0x03});
  ASSERT_EQ(misses(0x9fff, code::write), next::leave);
  expect_access(true, first + 0xfff, 1, 0x44);
  ASSERT_EQ(answer(), next::leave);
  expect_access(true, second, 3, 0x332211);
  EXPECT_EQ(answer(), next::run);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(device, a_read_modify_write_reads_once_and_writes_once) {
  use_devices();
  put({0x01, 0x03});  // ADD [RBX], EAX
  general().set(rbx, linear);
  general().set(rax, 5);
  ASSERT_EQ(misses(linear, code::write), next::leave);
  expect_access(false, first, 4);
  ASSERT_EQ(answer(7), next::leave);
  expect_access(true, first, 4, 12);
  EXPECT_EQ(answer(), next::run);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(device, a_repeated_instruction_asks_for_one_item_after_the_other) {
  use_devices();
  put({0xf3, 0xab});  // REP STOSD
  general().set(rdi, linear);
  general().set(rcx, 2);
  general().set(rax, 0x77);
  ASSERT_EQ(misses(linear, code::write), next::leave);
  expect_access(true, first, 4, 0x77);
  ASSERT_EQ(answer(), next::leave);
  EXPECT_EQ(general().get(rcx), 1u);
  expect_access(true, first + 4, 4, 0x77);
  EXPECT_EQ(answer(), next::run);
  EXPECT_EQ(general().get(rcx), 0u);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(device, a_fault_behind_an_answer_leaves_the_instruction_undone) {
  use_devices();
  store(4, 10, 0);
  put({0xa5});  // MOVSD
  general().set(rsi, linear);
  general().set(rdi, 0xa000);
  ASSERT_EQ(misses(linear, 0), next::leave);
  ASSERT_EQ(answer(5), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(general().get(rsi), linear);
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::page_fault));
  EXPECT_EQ(general().cr2, 0xa000u);
  EXPECT_EQ(field_of(x86::vmcs::entry_error_code), code::write);
}

TEST_F(device, registers_that_the_vmm_writes_back_unchanged_change_nothing) {
  use_devices();
  put({0x8b, 0x03});
  general().set(rbx, linear);
  ASSERT_EQ(misses(linear, 0), next::leave);
  cpu_->set_segments(cpu_->segments());
  const vcpu::control_registers& c = guest().registers();
  ASSERT_TRUE(guest().restore(c.cr0(), c.cr3(), c.cr4(), c.efer()));
  EXPECT_EQ(answer(6), next::run);
  EXPECT_EQ(general().get(rax), 6u);
}

TEST_F(device, an_instruction_from_which_the_vmm_takes_the_vcpu_away_is_dropped) {
  const std::function<void()> changes[] = {
      [&] { general().rip = 0x500; },
      [&] { general().set(rbx, 1); },
      [&] { general().rflags ^= x86::rflags::cf; },
      [&] { ASSERT_TRUE(guest().write_cr3(0x1008)); },
      [&] {
        vcpu::segments s = cpu_->segments();
        s[vcpu::segment_name::gs].base = 0x1000;
        cpu_->set_segments(s);
      },
  };
  use_devices();
  for (const auto& make : changes) {
    put({0x8b, 0x03});
    general().set(rbx, linear);
    general().set(rax, 1);
    ASSERT_EQ(misses(linear, 0), next::leave);
    make();
    EXPECT_EQ(answer(6), next::run);
    EXPECT_EQ(general().get(rax), 1u);
    EXPECT_FALSE(cpu_->waits());
  }
}

TEST_F(device, a_store_leaves_the_task_priority_that_the_vmm_has_set_meanwhile) {
  use_devices();
  put({0x89, 0x03});  // MOV [RBX], EAX, as to the register that holds the priority
  general().set(rbx, linear);
  guest().state().cr8 = 9;
  for (const word next_one : {word{12}, word{4}}) {
    ASSERT_EQ(misses(linear, code::write), next::leave);
    guest().state().cr8 = next_one;
    EXPECT_EQ(answer(), next::run);
    EXPECT_EQ(guest().state().cr8, next_one);
    EXPECT_EQ(general().rip, rip + 2);
  }
}

TEST_F(device, so_is_one_whose_events_or_debug_registers_the_vmm_changes) {
  use_devices();
  put({0x89, 0x03});
  general().set(rbx, linear);
  vcpu::saved_events other;
  other.blocking = x86::interruptibility::by_nmi;
  ASSERT_EQ(misses(linear, code::write), next::leave);
  ASSERT_TRUE(cpu_->restore_events(other));
  EXPECT_EQ(answer(), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(guest().state().blocking, x86::interruptibility::by_nmi);
  ASSERT_EQ(misses(linear, code::write), next::leave);
  ASSERT_TRUE(cpu_->set_debug_registers({1, 2, 3, 4}, 0, 0));
  EXPECT_EQ(answer(), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(guest().state().breakpoint[3], 4u);
  ASSERT_EQ(misses(linear, code::write), next::leave);
  general().cr2 = 5;
  EXPECT_EQ(answer(), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(general().cr2, 5u);
}

TEST_F(device, what_is_not_answered_is_dropped_by_the_next_entry) {
  use_devices();
  put({0x8b, 0x03});
  general().set(rbx, linear);
  ASSERT_EQ(misses(linear, 0), next::leave);
  EXPECT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->waits());
  EXPECT_EQ(general().rip, rip);
}

TEST_F(device, an_instruction_with_an_exit_of_its_own_is_executed_when_it_is_met) {
  use_devices();
  put({0x0f, 0xa2});  // CPUID: the guest has changed its code since the miss
  general().set(rax, 0);
  hardware().inform(x86::vmcs::instruction_length, 7);
  EXPECT_EQ(misses(linear, 0), next::run);
  EXPECT_EQ(general().get(rbx), 0x756e'6547u);
  EXPECT_EQ(general().rip, rip + 2);
  // At a privilege level that may not, the processor would have refused it.
  put({0x0f, 0x32});  // RDMSR
  at_level_3();
  EXPECT_EQ(misses(linear, code::user), next::run);
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::protection));
}

TEST_F(device, what_the_emulator_does_not_know_is_an_internal_error) {
  use_devices();
  put({0xdd, 0x03});  // FLD [RBX]
  general().set(rbx, linear);
  EXPECT_EQ(misses(linear, 0), next::leave);
  expect_left(request_kind::internal_error);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
  EXPECT_FALSE(cpu_->waits());
}

TEST_F(device, a_delivery_that_meets_a_device_is_none_that_can_be_made) {
  use_devices();
  put({0x8b, 0x03});
  interrupted(0x8000'0b0e, 5);
  EXPECT_EQ(misses(linear, code::write), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

}  // namespace
}  // namespace umbra::vmx
