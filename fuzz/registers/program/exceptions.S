// Every exception ends at the address in `recover`, with its vector and error code noted.
  .text
  .altmacro
  .macro handler vector
  .balign 16
  .if \vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21
  .else
  push $0
  .endif
  push $\vector
  jmp taken
  .endm

  .balign 16
  .globl handlers
handlers:
  .set v, 0
  .rept 32
  handler %v
  .set v, v + 1
  .endr

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
