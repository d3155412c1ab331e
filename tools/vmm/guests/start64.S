// Entry of a 64-bit guest: protected mode, flat, paging off; EAX is the number of the vCPU, which guest_main() is told. It
// turns on 4-level paging with tables that are part of the image: the first 16 MiB in large pages, at their own addresses.
#include "tools/vmm/guests/selectors.h"

#define TABLE 0x7  // present, writable, user
#define LARGE 0x83 // present, writable, large

#define STACK_BYTES 8192
#define VCPUS 2

#define CR4_PAE 0x20
#define EFER 0xc0000080
#define EFER_LME_NXE 0x900
#define CR0_PG_WP_PE 0x80010001

  .section .text.start, "ax"
  .code32
  .globl start
start:
  mov %eax, %edi
  lgdt descriptors_pointer
  mov $CR4_PAE, %eax
  mov %eax, %cr4
  mov $EFER, %ecx
  mov $EFER_LME_NXE, %eax
  xor %edx, %edx
  wrmsr
  mov $root, %eax
  mov %eax, %cr3
  mov $CR0_PG_WP_PE, %eax
  mov %eax, %cr0
  ljmp $CODE64, $1f

  .code64
1:
  mov $DATA, %ecx
  mov %ecx, %ds
  mov %ecx, %es
  mov %ecx, %ss
  mov $stack_top, %rsp
  mov %edi, %eax
  imul $STACK_BYTES, %eax
  sub %rax, %rsp
  // No interrupt will come. But Bochs 2.7 looks at the host's pending ones only where entering the guest sets IF: with it
  // clear, a guest that waits would keep the processor to itself. Real ones do not care (SDM 26.2).
  sti
  call guest_main
  hlt

  .data
  .balign 4096
  .globl root
root:
  .quad low_pointers + TABLE
  .skip 511 * 8
// A second root, with another table behind the window.
  .globl other_root
other_root:
  .quad other_pointers + TABLE
  .skip 511 * 8
// 1 GiB each: memory, what user code sees, the window, and the window again without the right to write.
  .globl low_pointers
low_pointers:
  .quad low_directory + TABLE, user_directory + TABLE, window_directory + TABLE, window_directory + TABLE - 2
  .skip 508 * 8
  .globl other_pointers
other_pointers:
  .quad low_directory + TABLE, user_directory + TABLE, other_directory + TABLE, 0
  .skip 508 * 8
  .globl low_directory
low_directory:
  .quad 0x000000 + LARGE, 0x200000 + LARGE, 0x400000 + LARGE, 0x600000 + LARGE
  .quad 0x800000 + LARGE, 0xa00000 + LARGE, 0xc00000 + LARGE, 0xe00000 + LARGE
  .skip 504 * 8

  .bss
  .balign 16
  .skip STACK_BYTES * VCPUS
stack_top:
