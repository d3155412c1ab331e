// Entry of a 32-bit guest: protected mode, flat, paging off; EAX is the number of the vCPU.
#include "tools/vmm/guests/selectors.h"

  .section .text.start, "ax"
  .globl start
start:
  mov $stack_top, %esp
  lgdt descriptors_pointer
  ljmp $CODE32, $1f
1:
  mov $DATA, %ecx
  mov %ecx, %ds
  mov %ecx, %es
  mov %ecx, %ss
  // No interrupt will come. But Bochs 2.7 looks at the host's pending ones only where entering the guest sets IF: with it
  // clear, a guest that waits would keep the processor to itself. Real ones do not care (SDM 26.2).
  sti
  push %eax
  call guest_main
  hlt

  .bss
  .balign 16
  .skip 16384
stack_top:
