// Attempts a VM entry. 0: there was an exit. 1: VMfailInvalid. 2: VMfailValid.
  .text
  .globl attempt_entry
attempt_entry:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  mov $0x6c14, %eax         // the host's RSP
  vmwrite %rsp, %rax
  vmlaunch
  mov $1, %eax
  jc 3f
  mov $2, %eax
  jmp 3f
  .globl exit_point
exit_point:
  xor %eax, %eax
3:
  lgdt table_register(%rip)
  lidt no_interrupts(%rip)
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret

  .data
  .balign 8
no_interrupts:
  .word 0
  .quad 0
