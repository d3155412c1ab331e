// What user code may not do, each followed by the INT that it ends with; and where SYSCALL goes.
#include "tools/vmm/guests/selectors.h"

  .macro user_code name:req, instructions:vararg
  .globl \name
\name:
  \instructions
  int $DONE_VECTOR
  .endm

  .section .user, "ax"
  user_code user_clts, clts
  user_code user_hlt, hlt
  user_code user_mov_cr0, mov %cr0, %rax
  user_code user_mov_dr7, mov %dr7, %rax
  user_code user_wrmsr, wrmsr
  user_code user_invlpg, invlpg (%rsi)
  user_code user_lmsw, lmsw %ax
  .globl user_vmcall
user_vmcall:
  mov $1, %eax
  vmcall
  int $DONE_VECTOR

// The supervisor's SYSCALL: the selectors of the stack that it came with.
  .text
  .globl system_call
system_call:
  mov $DATA, %eax
  mov %eax, %ss
  mov $1, %eax
  push %r11
  popf
  jmp *%rcx

// Two instructions, the first of which leaves guest mode; a breakpoint can be at each.
  .globl two_instructions, second_instruction
two_instructions:
  push %rbx
  xor %eax, %eax
two_instructions_at:
  cpuid
second_instruction:
  nop
  pop %rbx
  ret
  .globl two_instructions_at
