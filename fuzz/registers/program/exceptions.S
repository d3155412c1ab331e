// Every exception ends at the address in `recover`, with its vector and error code noted.
#include "fuzz/guest/shared/handlers.h"

  .text
handlers handlers, taken, 32

taken:
  push %rax
  mov 8(%rsp), %rax
  mov %rax, taken_vector(%rip)
  mov 16(%rsp), %rax
  mov %rax, taken_error(%rip)
  mov recover(%rip), %rax
  mov %rax, 24(%rsp)
  pop %rax
  add $16, %rsp
  iretq

  .bss
  .balign 8
  .globl recover, taken_vector, taken_error
recover:
  .skip 8
taken_vector:
  .skip 8
taken_error:
  .skip 8
