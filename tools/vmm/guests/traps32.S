// Exceptions of a 32-bit guest. What is expected is noted in `seen`, and control goes to `resume_at`.
#include "tools/vmm/guests/selectors.h"
#include "tools/vmm/guests/trap_entries.h"

trap:
  cld
  pusha
  mov $DATA, %ecx
  mov %ecx, %ds
  mov %ecx, %es
  mov %esp, %eax
  push %eax
  call trapped
  add $4, %esp
  popa
  add $8, %esp
  iret

// Runs user code at EDI with ESI and EDX: void run_user(const void *code, unsigned long address, unsigned long value)
  .globl run_user
run_user:
  push %ebp
  push %ebx
  push %esi
  push %edi
  mov 20(%esp), %edi
  mov 24(%esp), %esi
  mov 28(%esp), %edx
  mov %esp, user_returns_to
  push $USER_DATA
  push $0
  pushf
  push $USER_CODE
  push %edi
  mov $USER_DATA, %ecx
  mov %ecx, %ds
  mov %ecx, %es
  iret
// Where trapped() sends what user code ended with, at CPL 0 and on the stack of run_user().
  .globl user_done
user_done:
  mov user_returns_to, %esp
  pop %edi
  pop %esi
  pop %ebx
  pop %ebp
  ret

  .section .user, "ax"
  .globl user_read, user_write
user_read:
  mov (%esi), %eax
  int $DONE_VECTOR
user_write:
  mov %edx, (%esi)
  int $DONE_VECTOR

  .bss
  .balign 16
user_returns_to:
  .skip 4
