// Exceptions of a 64-bit guest. What is expected is noted in `seen`, and control goes to `resume_at`.
#include "tools/vmm/guests/selectors.h"
#include "tools/vmm/guests/trap_entries.h"

trap:
  cld
  push %rax
  push %rcx
  push %rdx
  push %rsi
  push %rdi
  push %r8
  push %r9
  push %r10
  push %r11
  lea 72(%rsp), %rdi
  call trapped
  pop %r11
  pop %r10
  pop %r9
  pop %r8
  pop %rdi
  pop %rsi
  pop %rdx
  pop %rcx
  pop %rax
  add $16, %rsp
  iretq

// Runs user code at RDI with RSI and RDX: void run_user(const void *code, unsigned long address, unsigned long value)
  .globl run_user
run_user:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, user_returns_to
  push $USER_DATA
  push $0
  pushf
  push $USER_CODE
  push %rdi
  iretq
// Where trapped() sends what user code ended with, at CPL 0 and on the stack of run_user().
  .globl user_done
user_done:
  mov user_returns_to, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret

  .section .user, "ax"
  .globl user_read, user_write
user_read:
  mov (%rsi), %rax
  int $DONE_VECTOR
user_write:
  mov %rdx, (%rsi)
  int $DONE_VECTOR

  .bss
  .balign 16
user_returns_to:
  .skip 8
