// Ops of exits: what they come to in each mode, and that mistakes in their answers are found.
#include "core/x86/event.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/vmx_controls.hpp"
#include "fuzz/world/test/programs.hpp"

namespace umbra::fuzz {
namespace {

class exit_ops : public world_test, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    start(std::string("start ") + GetParam() + "\nscene 1\nflags wp nxe pse\n");
    w->check_each(true);
  }
};

INSTANTIATE_TEST_SUITE_P(modes, exit_ops, testing::Values("paging_off", "bits32", "pae", "level4"));

TEST_P(exit_ops, every_instruction_has_a_legal_end) {
  for (const char* line : {"do mov-to-cr 0 = 0x80000031",
                           "do mov-to-cr 3 = 0x1000",
                           "do mov-to-cr 4 = 0x20",
                           "do mov-to-cr 4 = 0xffffffff",
                           "do mov-to-cr 8 = 3",
                           "do mov-from-cr 3 = 0",
                           "do mov-from-cr 8 = 0",
                           "do clts 0 = 0",
                           "do lmsw 0 = 9",
                           "do mov-to-dr 0 = 0x1000",
                           "do mov-to-dr 7 = 0x401",
                           "do mov-from-dr 6 = 0",
                           "do cpuid 0 = 0",
                           "do cpuid 7 = 1",
                           "do cpuid 0x80000009 = 0",
                           "do rdmsr 0xc0000080 = 0",
                           "do rdmsr 0x123456 = 0",
                           "do wrmsr 0x174 = 8",
                           "do wrmsr 0xc0000082 = 0x800000000000",
                           "do in 0x3f8 = 0 size 1",
                           "complete 0x41",
                           "do out 0x3f8 = 0x42 size 1",
                           "do hlt 0 = 0",
                           "do vmcall 0 = 1",
                           "do vmx 1 = 0",
                           "do rdpmc 0 = 0",
                           "do monitor 0 = 0",
                           "do mwait 0 = 0",
                           "do wbinvd 0 = 0",
                           "do invd 0 = 0",
                           "do xsetbv 0 = 7",
                           "do exception 17 = 0",
                           "do interrupt 0 = 0",
                           "do nmi 0 = 0",
                           "do triple-fault 0 = 0",
                           "read 0x90000 8"}) {
    step(line);
  }
  finish();
}

TEST_P(exit_ops, whatever_hardware_reports_does_no_harm) {
  for (const char* line : {"exit 77 = 0x1234", "exit 0xffffffff = 0", "exit 0 = 0x90000 event 0x80000b0e code 0x1f",
                           "exit 28 = 0xffffffffffffffff length 255", "exit 30 = 0xffffffff length 1",
                           "exit 12 = 0 vectoring 0x80000b0e vectoring-code 2", "exit 1 = 0 vectoring 0x80000030",
                           "exit 33 = 0", "exit 0x80000021 = 4", "read 0x90000 8"}) {
    step(line);
  }
  finish();
}

TEST_P(exit_ops, a_state_that_the_vmm_spoilt_fails_entry_until_it_is_mended) {
  step("set tr-rights = 0");
  step("do cpuid 0 = 0");
  EXPECT_EQ(w->cpu(0).request().kind, vmx::request_kind::fail_entry);
  step("set tr-rights = 0x8b");
  step("do cpuid 0 = 0");
  EXPECT_EQ(w->guest(0).general().get(word{vcpu::general::rbx}), 0x756e'6547u) << "it has run";
  finish();
}

TEST_P(exit_ops, a_guest_that_cannot_be_entered_is_put_right_after_a_second_try) {
  const auto exits = [&] { return w->counts().exits_for[static_cast<unsigned>(x86::exit_reason::cpuid)]; };
  for (const char* spoilt :
       {"set tr-rights = 0", "set cs-rights = 0", "set ds-rights = 0x1f3", "field rflags = 0x8002",
        "field interruptibility = 0x20", "field pending-debug = 0x10000", "field debugctl = 4",
        "field sysenter-esp = 0x800000000000", "field sysenter-eip = 0x800000000000",
        "field gdtr-base = 0x800000000000", "set idtr-limit = 0x10000", "field link-pointer = 1"}) {
    const std::uint64_t before = exits();
    step("do cpuid 0 = 0");
    step(spoilt);
    step("do cpuid 0 = 0");
    step("do cpuid 0 = 0");
    EXPECT_LE(exits(), before + 2) << spoilt << " is nothing that keeps a guest from being entered";
    step("do cpuid 0 = 0");
    step("do cpuid 0 = 0");
    EXPECT_GE(exits(), before + 3) << spoilt;
    EXPECT_EQ(w->guest(0).general().get(word{vcpu::general::rbx}), 0x756e'6547u) << spoilt;
  }
  finish();
}

// Mistakes that the core might make, planted into its state from outside.

class planted_exit : public world_test {
 protected:
  void SetUp() override {
    start("start level4\nscene 1\nflags wp nxe\n");
    step("do cpuid 0 = 0");
  }
  vmx::cpu& core() { return const_cast<vmx::cpu&>(w->cpu(0)); }
  void alter_controls(std::uint32_t on, std::uint32_t off) {
    machine::processor& cpu = w->hardware().cpu(0);
    const std::uint64_t value = cpu.read_register(x86::vmcs::processor_controls);
    cpu.inform(x86::vmcs::processor_controls, (value & ~std::uint64_t{off}) | on);
  }
  void expect_found(const std::string& line, const std::string& id) {
    EXPECT_FALSE(w->step(parsed_op(line)));
    expect_finding(id);
    w->finish();
  }
};

TEST_F(planted_exit, an_interrupt_that_is_lost) {
  step("interrupt 48");
  core().guest().interrupts().remove(word{48});
  expect_found("interrupt 49", "I16");
}

TEST_F(planted_exit, segments_that_hardware_has_and_the_vmm_does_not_see) {
  step("set ds-limit = 0xffffffff");
  EXPECT_EQ(w->cpu(0).segments()[vcpu::segment_name::ds].base, 0u);
  w->hardware().cpu(0).inform(x86::vmcs::guest_ds_base, 0x1000);
  expect_found("do cpuid 0 = 0", "I16");
}

TEST_F(planted_exit, a_host_that_exits_to_other_tables) {
  w->hardware().cpu(0).inform(x86::vmcs::host_cr3, 0x2000);
  expect_found("do cpuid 0 = 0", "I14");
}

TEST_F(planted_exit, a_task_priority_that_is_the_hosts) {
  alter_controls(0, x86::processor_control::cr8_load_exiting);
  expect_found("do cpuid 0 = 0", "I14");
}

TEST_F(planted_exit, a_window_that_is_always_open) {
  alter_controls(x86::processor_control::interrupt_window_exiting, 0);
  expect_found("do cpuid 0 = 0", "I16");
}

TEST_F(planted_exit, breakpoints_that_are_not_the_guests) {
  w->hardware().cpu(0).inform(x86::vmcs::guest_dr7, 0x401);
  expect_found("do cpuid 0 = 0", "I16");
}

TEST_F(planted_exit, an_nmi_that_nobody_sent) {
  step("nmi");
  step("do cpuid 0 = 0");
  core().guest().nmis().add(true);
  expect_found("exit 1 = 0", "I16");
}

TEST_F(planted_exit, an_interrupt_that_nobody_sent) {
  core().interrupt(word{50});
  expect_found("do cpuid 0 = 0", "I16");
}

TEST_F(planted_exit, a_control_that_hardware_does_not_have) {
  step("interrupt 48");  // the vCPU is out of guest mode
  platform::write_vmcs(w->hardware().host(), 0, x86::vmcs::pin_controls, 0);
  expect_found("do cpuid 0 = 0", "I14");
}

TEST_F(planted_exit, a_host_that_could_not_go_on) {
  step("interrupt 48");
  platform::write_vmcs(w->hardware().host(), 0, x86::vmcs::host_cr4, 0);
  expect_found("do cpuid 0 = 0", "I14");
}

TEST_F(planted_exit, an_instruction_that_changes_another_register) {
  w->hardware().cpu(0).inform(x86::vmcs::guest_rflags, 2);
  struct eraser : witness {
    vmx::cpu* at = nullptr;
    void exits(const exit_event&) override { at->guest().general().set(word{vcpu::general::rsi}, word{0xbad}); }
  } erases;
  erases.at = &core();
  w->watch(&erases);
  expect_found("do cpuid 0 = 0", "I16");
}

}  // namespace
}  // namespace umbra::fuzz
