// An exit to be ended in some way by each test.
#pragma once

#include <gtest/gtest.h>

#include "core/x86/debug.hpp"
#include "models/reference/exits/judge.hpp"
#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {

using x86::event_type;
using x86::exception;
using x86::exit_reason;

inline constexpr cpuid_row leaves[] = {{.leaf = 0, .answer = {.eax = 1, .ebx = 2, .ecx = 3, .edx = 4}},
                                       {.leaf = 1, .answer = {.eax = 0x306c3, .edx = 0x1fff'ffff}}};

/// Of a 64-bit guest at CPL 0.
struct exits : testing::Test {
  exits() {
    for (unsigned i = 0; i < general::count; ++i) before.general[i] = 0x1111'2222'0000'0000 + i;
    before.rip = 0xffff'ffff'8000'0ffe;
    before.rflags = x86::rflags::fixed | x86::rflags::interrupt;
    before.control = level4_registers();
    before.code64 = true;
    before.dr7 = x86::dr7::ones;
    before.dr6 = x86::dr6::ones;
    exit.length = 3;
    context.cpuid = leaves;
    context.msrs.cr0 = before.control.cr0;
    context.msrs.efer = before.control.efer;
    after.state = before;
  }

  exit_fault judge() {
    const legal_ends ends = ends_of(before, exit, context, ram);
    return static_cast<exit_fault>(judge_exit(ends, before, exit, context, after));
  }
  /// What the instruction does to this exit's end: completes.
  void retire() {
    after.state.rip = before.rip + exit.length;
    after.state.rflags = before.rflags;
  }
  void reason(exit_reason r) { exit.reason = static_cast<unsigned>(r); }
  /// An exception, with RF for its frame if it is a fault.
  void inject(exception e, word code = 0) {
    after.injected = hardware_exception(x86::vector_of(e), code, false);
    const bool fault = e != exception::debug && e != exception::double_fault;
    after.state.rflags = before.rflags | (fault ? x86::rflags::rf : 0);
  }
  /// Nothing is injected after all.
  void withdraw() {
    after.injected = {};
    after.state.rflags = before.rflags;
  }
  void leaves_with(leave l) { after.leaves = true, after.request = static_cast<unsigned>(l); }
  static event external(unsigned vector) {
    return {.information = event_information(event_type::external_interrupt, vector)};
  }
  void page_fault(word address) {
    reason(exit_reason::exception_or_nmi);
    exit.qualification = address;
    exit.interruption = hardware_exception(14, 2, false);
  }

  guest_ram ram;
  guest_state before;
  exit_information exit;
  exit_context context;
  exit_result after;
};

}  // namespace umbra::reference::test
