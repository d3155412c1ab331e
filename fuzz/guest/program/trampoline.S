// The trampoline: from the program's own paging into a scene's, one access at some CPL, and back. Everything here is
// mapped in every scene, at its physical address.
#include "fuzz/guest/shared/handlers.h"
#include "fuzz/guest/shared/selectors.h"

#define PG 0x80000000
#define MSR_EFER 0xc0000080

// Offsets in trampoline_block.
#define KERNEL_CR3 0
#define KERNEL_CR4 4
#define KERNEL_ESP 8
#define CR0 12
#define FIRST_CR3 16
#define CR4 20
#define EFER 24
#define EFLAGS 28
#define STUB 32
#define CS 36
#define SS 40
#define MARKER 44
#define GVA 48
#define CR3 56
#define LONG_MODE 64
#define VECTOR 68
#define ERROR 72
#define EAX 76
#define CR2 80

  .section .trampoline.code, "ax"
  .code32
  .globl run_trampoline
run_trampoline:
  pushal
  mov $block, %ebp
  mov %esp, KERNEL_ESP(%ebp)
  mov $trampoline_stack_top, %esp
  call paging_off
  xor %edx, %edx
  mov $MSR_EFER, %ecx
  mov EFER(%ebp), %eax
  wrmsr
  mov CR4(%ebp), %eax
  mov %eax, %cr4
  mov FIRST_CR3(%ebp), %eax
  mov %eax, %cr3
  mov CR0(%ebp), %eax
  mov %eax, %cr0
  cmpl $0, LONG_MODE(%ebp)
  jne 1f
  lidt pointer32
  andb $0xfd, descriptors + SELECTOR_TASK32 + 5  // not busy
  mov $SELECTOR_TASK32, %eax
  ltr %ax
  mov $SELECTOR_LOCAL, %eax
  lldt %ax
  push SS(%ebp)  // this and the next are taken by an IRET to an outer CPL only
  push $0
  push EFLAGS(%ebp)
  push CS(%ebp)
  push STUB(%ebp)
  mov GVA(%ebp), %edi
  mov MARKER(%ebp), %ebx
  iret
1:
  ljmp $SELECTOR_CODE64(0), $enter64

  .code64
enter64:
  mov CR3(%rbp), %rax
  mov %rax, %cr3
  mov $pointer64, %eax
  lidt (%rax)
  mov $descriptors + SELECTOR_TASK64 + 5, %eax
  andb $0xfd, (%rax)
  mov $SELECTOR_TASK64, %eax
  ltr %ax
  mov $SELECTOR_LOCAL, %eax
  lldt %ax
  mov SS(%rbp), %eax
  push %rax
  mov $trampoline_stack_top, %eax  // IRET takes it at every CPL here; CPL 0 goes on using it
  push %rax
  mov EFLAGS(%rbp), %eax
  push %rax
  mov CS(%rbp), %eax
  push %rax
  mov STUB(%rbp), %eax
  push %rax
  mov GVA(%rbp), %rdi
  mov MARKER(%rbp), %ebx
  iretq

  .code32
handlers handlers32, leave32, 32
handler VECTOR_DONE, leave32

leave32:
  mov $block, %ebp
  mov %eax, EAX(%ebp)
  pop VECTOR(%ebp)
  pop ERROR(%ebp)
  mov %cr2, %eax
  mov %eax, CR2(%ebp)
  movl $0, CR2 + 4(%ebp)
to_kernel:
  call paging_off
  xor %eax, %eax
  xor %edx, %edx
  mov $MSR_EFER, %ecx
  wrmsr
  mov KERNEL_CR4(%ebp), %eax
  mov %eax, %cr4
  mov KERNEL_CR3(%ebp), %eax
  mov %eax, %cr3
  mov %cr0, %eax
  or $PG, %eax
  mov %eax, %cr0
  mov KERNEL_ESP(%ebp), %esp
  popal
  ret

paging_off:
  mov %cr0, %eax
  and $~PG, %eax
  mov %eax, %cr0
  ret

  .code64
handlers handlers64, leave64, 32
handler VECTOR_DONE, leave64

leave64:
  mov $block, %ebp
  mov %eax, EAX(%rbp)
  pop %rax
  mov %eax, VECTOR(%rbp)
  pop %rax
  mov %eax, ERROR(%rbp)
  mov %cr2, %rax
  mov %rax, CR2(%rbp)
  mov $SELECTOR_DATA(0), %eax  // SS is null after an exception from an outer CPL; 32-bit code needs one
  mov %eax, %ss
  mov $trampoline_stack_top, %esp
  push $SELECTOR_CODE32(0)
  mov $to_kernel, %eax
  push %rax
  lretq

// The accesses. RDI and RBX in 64-bit mode, EDI and EBX else, from the same bytes.
  .code32
.macro stubs who
  .globl \who\()_read, \who\()_write, \who\()_fetch, \who\()_implicit, \who\()_idle, \who\()_after
\who\()_read:
  mov (%edi), %eax
  int $VECTOR_DONE
\who\()_write:
  mov %ebx, (%edi)
  mov 4(%edi), %eax  // the tag says which frame was written
  int $VECTOR_DONE
\who\()_fetch:
  mov $\who\()_after, %edx
  mov $0xdeadbeef, %eax
  jmp *%edi
\who\()_after:
  int $VECTOR_DONE
\who\()_implicit:
  mov $7, %ecx  // entry 0 of the LDT
  mov $0xdeadbeef, %eax
  lsl %ecx, %eax
\who\()_idle:
  int $VECTOR_DONE
.endm

stubs supervisor

// Writes of RDI, or of EBX:EDI, to a register. What it reads as then comes back.
.macro set_register name
  .globl supervisor_set_\name
supervisor_set_\name:
  mov %edi, %\name
  mov %\name, %eax
  int $VECTOR_DONE
.endm
set_register cr0
set_register cr3
set_register cr4
  .globl supervisor_set_efer
supervisor_set_efer:
  mov %edi, %eax
  mov %ebx, %edx
  mov $MSR_EFER, %ecx
  wrmsr
  rdmsr
  int $VECTOR_DONE

  .section .trampoline.user, "ax"
stubs user

  .section .trampoline.data, "aw"
  .globl block, descriptors, gates32, gates64, task32, task64, trampoline_stack_top
  .balign 16
block: .skip 128
descriptors: .skip SELECTOR_END
task32: .skip 112
task64: .skip 112
pointer32:
  .word 8 * (VECTOR_DONE + 1) - 1
  .long gates32
  .balign 16
pointer64:
  .word 16 * (VECTOR_DONE + 1) - 1
  .long gates64, 0
  .balign 16
gates32: .skip 8 * (VECTOR_DONE + 1)
gates64: .skip 16 * (VECTOR_DONE + 1)
  .balign 16
  .skip 1024
trampoline_stack_top:
