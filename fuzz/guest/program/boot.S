// Entry from a multiboot loader: 32-bit protected mode, flat, paging off. Then C++ takes over.
#define multiboot_magic 0x1badb002
#define multiboot_flags 0x00000002  // tell us about memory

  .section .multiboot, "a"
  .balign 4
  .long multiboot_magic, multiboot_flags, -(multiboot_magic + multiboot_flags)
  .long start  // for disk.S, which knows no ELF

  .text
  .globl start
start:
  cli
  cld
  mov $stack_top, %esp
  push %ebx
  push %eax
  call guest_main
1:
  hlt
  jmp 1b

  .bss
  .balign 16
  .skip 65536
stack_top:
