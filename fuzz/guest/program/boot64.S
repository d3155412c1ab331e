// Entry from a multiboot loader or disk.S, for programs that run in 64-bit mode: 32-bit protected mode, flat, paging off.
// Goes on to 64-bit mode with the first gigabyte mapped at its own address, then to C++.
#define multiboot_magic 0x1badb002

  .section .multiboot, "a"
  .balign 4
  .long multiboot_magic, 0, -multiboot_magic
  .long start

  .text
  .code32
  .globl start
start:
  cli
  cld
  mov $stack_top, %esp
  mov %ebx, %edi  // the multiboot information
  mov $tables, %eax
  lea 0x1003(%eax), %ecx
  mov %ecx, (%eax)          // PML4E 0
  lea 0x2003(%eax), %ecx
  mov %ecx, 0x1000(%eax)    // PDPTE 0
  mov $0x83, %ecx           // 2-MiB pages
  xor %edx, %edx
1:
  mov %ecx, 0x2000(%eax,%edx,8)
  add $0x200000, %ecx
  inc %edx
  cmp $512, %edx
  jne 1b
  mov %eax, %cr3
  mov $0x20, %eax           // PAE
  mov %eax, %cr4
  mov $0xc0000080, %ecx
  rdmsr
  or $0x100, %eax           // LME
  wrmsr
  mov $0x80010033, %eax     // PG, WP, NE, ET, MP, PE
  mov %eax, %cr0
  lgdt table_register
  ljmp $8, $wide
  .code64
wide:
  mov $0x10, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov %eax, %fs
  mov %eax, %gs
  lea task(%rip), %rax
  mov %ax, task_descriptor + 2(%rip)
  shr $16, %rax
  mov %al, task_descriptor + 4(%rip)
  mov %ah, task_descriptor + 7(%rip)
  mov $0x18, %eax
  ltr %ax
  call guest_main
2:
  hlt
  jmp 2b

  .data
  .balign 8
  .globl table
table:
  .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
task_descriptor:
  .quad 0x0000890000000067, 0
table_end:
  .globl table_register
table_register:
  .word table_end - table - 1
  .quad table

  .bss
  .balign 4096
tables:
  .skip 0x3000
  .globl task
task:
  .skip 0x68
  .balign 16
  .skip 32768
stack_top:
