// From the program, which runs in flat 32-bit protected mode without paging, into a specimen's state, and back with what
// the exception found that ended it. Everything here is mapped in every specimen, at its physical address.
#include "fuzz/guest/shared/handlers.h"
#include "fuzz/guest/shared/selectors.h"
#include "fuzz/guest/system/program/handlers.h"
#include "fuzz/guest/system/shared/slots.hpp"

#define PG 0x80000000
#define MSR_EFER 0xc0000080
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101

// Offsets in the block of trampoline.hpp.
#define BEFORE(slot) (8 * (slot))
#define AFTER(slot) (8 * SLOT_COUNT + 8 * (slot))
#define REST (16 * SLOT_COUNT)
#define KERNEL_ESP (REST + 0)
#define WIDE (REST + 4)
#define OUTER (REST + 8)
#define BASES (REST + 12)
#define VECTOR (REST + 16)
#define ERROR (REST + 24)
#define GDT (REST + 32)
#define IDT (REST + 42)
#define KERNEL_GDT (REST + 52)
#define TABLE (REST + 62)

  .section .trampoline.code, "ax"
  .code32
  .globl run_trampoline
run_trampoline:
  pushal
  mov $block, %ebp
  mov %esp, KERNEL_ESP(%ebp)
  mov $trampoline_stack_top, %esp
  xor %edx, %edx
  mov $MSR_EFER, %ecx
  mov BEFORE(SLOT_EFER)(%ebp), %eax
  wrmsr
  mov BEFORE(SLOT_CR4)(%ebp), %eax
  mov %eax, %cr4
  mov BEFORE(SLOT_CR3)(%ebp), %eax
  mov %eax, %cr3
  mov BEFORE(SLOT_CR2)(%ebp), %eax
  mov %eax, %cr2
  mov BEFORE(SLOT_DR0)(%ebp), %eax
  mov %eax, %dr0
  mov BEFORE(SLOT_DR1)(%ebp), %eax
  mov %eax, %dr1
  mov BEFORE(SLOT_DR2)(%ebp), %eax
  mov %eax, %dr2
  mov BEFORE(SLOT_DR3)(%ebp), %eax
  mov %eax, %dr3
  mov BEFORE(SLOT_DR6)(%ebp), %eax
  mov %eax, %dr6
  mov BEFORE(SLOT_DR7)(%ebp), %eax
  mov %eax, %dr7
  lgdt GDT(%ebp)
  // IA-32e mode cannot be entered with a task of 16 bits, which the last specimen may have left (SDM 3A, 9.8.5.4).
  mov GDT + 2(%ebp), %ecx
  andb $0xfd, SELECTOR_TASK32 + 5(%ecx)
  mov $SELECTOR_TASK32, %eax
  ltr %ax
  andb $0xfd, SELECTOR_TASK32 + 5(%ecx)
  mov BEFORE(SLOT_CR0)(%ebp), %eax
  mov %eax, %cr0
  jmp 1f
1:
  // Marked as busy by the specimen's memory, since it is once it is loaded.
  mov BEFORE(SLOT_TR)(%ebp), %eax
  mov GDT + 2(%ebp), %ecx
  andb $0xfd, 5(%ecx,%eax)
  cmpl $0, WIDE(%ebp)
  jne 2f
  lidt IDT(%ebp)
  ltr %ax
  mov BEFORE(SLOT_LDTR)(%ebp), %eax
  lldt %ax
  cmpl $0, OUTER(%ebp)
  je same_level
  push BEFORE(SLOT_SS)(%ebp)
  push BEFORE(SLOT_RSP)(%ebp)
  jmp build_frame
same_level:
  mov BEFORE(SLOT_SS)(%ebp), %eax
  mov %eax, %ss
  mov BEFORE(SLOT_RSP)(%ebp), %esp
build_frame:
  push BEFORE(SLOT_RFLAGS)(%ebp)
  push BEFORE(SLOT_CS)(%ebp)
  push BEFORE(SLOT_RIP)(%ebp)
  push BEFORE(SLOT_DS)(%ebp)
  mov BEFORE(SLOT_ES)(%ebp), %eax
  mov %eax, %es
  mov BEFORE(SLOT_FS)(%ebp), %eax
  mov %eax, %fs
  mov BEFORE(SLOT_GS)(%ebp), %eax
  mov %eax, %gs
  mov BEFORE(SLOT_RAX)(%ebp), %eax
  mov BEFORE(SLOT_RCX)(%ebp), %ecx
  mov BEFORE(SLOT_RDX)(%ebp), %edx
  mov BEFORE(SLOT_RBX)(%ebp), %ebx
  mov BEFORE(SLOT_RSI)(%ebp), %esi
  mov BEFORE(SLOT_RDI)(%ebp), %edi
  mov block + BEFORE(SLOT_RBP), %ebp
  pop %ds
  iret
2:
  ljmp $SELECTOR_CODE64(0), $enter64

  .code64
enter64:
  lidt IDT(%rbp)
  mov BEFORE(SLOT_TR)(%rbp), %eax
  ltr %ax
  mov BEFORE(SLOT_LDTR)(%rbp), %eax
  lldt %ax
  mov BEFORE(SLOT_CR8)(%rbp), %rax
  mov %rax, %cr8
  mov BEFORE(SLOT_CR2)(%rbp), %rax
  mov %rax, %cr2
  mov BEFORE(SLOT_DR0)(%rbp), %rax
  mov %rax, %dr0
  mov BEFORE(SLOT_DR1)(%rbp), %rax
  mov %rax, %dr1
  mov BEFORE(SLOT_DR2)(%rbp), %rax
  mov %rax, %dr2
  mov BEFORE(SLOT_DR3)(%rbp), %rax
  mov %rax, %dr3
  push BEFORE(SLOT_SS)(%rbp)
  push BEFORE(SLOT_RSP)(%rbp)
  push BEFORE(SLOT_RFLAGS)(%rbp)
  push BEFORE(SLOT_CS)(%rbp)
  push BEFORE(SLOT_RIP)(%rbp)
  mov BEFORE(SLOT_DS)(%rbp), %eax
  mov %eax, %ds
  mov BEFORE(SLOT_ES)(%rbp), %eax
  mov %eax, %es
  mov BEFORE(SLOT_FS)(%rbp), %eax
  mov %eax, %fs
  mov BEFORE(SLOT_GS)(%rbp), %eax
  mov %eax, %gs
  cmpl $0, BASES(%rbp)
  je 3f
  mov $MSR_FS_BASE, %ecx
  mov BEFORE(SLOT_FS_BASE)(%rbp), %eax
  mov BEFORE(SLOT_FS_BASE) + 4(%rbp), %edx
  wrmsr
  mov $MSR_GS_BASE, %ecx
  mov BEFORE(SLOT_GS_BASE)(%rbp), %eax
  mov BEFORE(SLOT_GS_BASE) + 4(%rbp), %edx
  wrmsr
3:
  mov BEFORE(SLOT_RAX)(%rbp), %rax
  mov BEFORE(SLOT_RCX)(%rbp), %rcx
  mov BEFORE(SLOT_RDX)(%rbp), %rdx
  mov BEFORE(SLOT_RBX)(%rbp), %rbx
  mov BEFORE(SLOT_RSI)(%rbp), %rsi
  mov BEFORE(SLOT_RDI)(%rbp), %rdi
  mov BEFORE(SLOT_R8)(%rbp), %r8
  mov BEFORE(SLOT_R9)(%rbp), %r9
  mov BEFORE(SLOT_R10)(%rbp), %r10
  mov BEFORE(SLOT_R11)(%rbp), %r11
  mov BEFORE(SLOT_R12)(%rbp), %r12
  mov BEFORE(SLOT_R13)(%rbp), %r13
  mov BEFORE(SLOT_R14)(%rbp), %r14
  mov BEFORE(SLOT_R15)(%rbp), %r15
  mov BEFORE(SLOT_RBP)(%rbp), %rbp
  iretq

  .code32
handlers handlers32, leave32, HANDLERS

leave32:
  push %ds
  push %eax
  mov $SELECTOR_DATA(0), %eax
  mov %eax, %ds
  popl block + AFTER(SLOT_RAX)
  popl block + AFTER(SLOT_DS)
  popl block + VECTOR
  popl block + ERROR
  popl block + AFTER(SLOT_RIP)
  popl block + AFTER(SLOT_CS)
  popl block + AFTER(SLOT_RFLAGS)
  mov %ebp, block + AFTER(SLOT_RBP)
  mov $block, %ebp
  testb $3, AFTER(SLOT_CS)(%ebp)
  jz 1f
  popl block + AFTER(SLOT_RSP)
  popl block + AFTER(SLOT_SS)
  jmp 2f
1:
  mov %esp, block + AFTER(SLOT_RSP)
  mov %ss, block + AFTER(SLOT_SS)
2:
  mov $SELECTOR_DATA(0), %eax
  mov %eax, %ss
  mov $trampoline_stack_top, %esp
  mov $block, %ebp
  mov %ecx, block + AFTER(SLOT_RCX)
  mov %edx, block + AFTER(SLOT_RDX)
  mov %ebx, block + AFTER(SLOT_RBX)
  mov %esi, block + AFTER(SLOT_RSI)
  mov %edi, block + AFTER(SLOT_RDI)
  mov %es, block + AFTER(SLOT_ES)
  mov %fs, block + AFTER(SLOT_FS)
  mov %gs, block + AFTER(SLOT_GS)
  sldt block + AFTER(SLOT_LDTR)
  str block + AFTER(SLOT_TR)
  mov %cr0, %eax
  mov %eax, block + AFTER(SLOT_CR0)
  mov %cr2, %eax
  mov %eax, block + AFTER(SLOT_CR2)
  mov %cr3, %eax
  mov %eax, block + AFTER(SLOT_CR3)
  mov %cr4, %eax
  mov %eax, block + AFTER(SLOT_CR4)
  mov %dr0, %eax
  mov %eax, block + AFTER(SLOT_DR0)
  mov %dr1, %eax
  mov %eax, block + AFTER(SLOT_DR1)
  mov %dr2, %eax
  mov %eax, block + AFTER(SLOT_DR2)
  mov %dr3, %eax
  mov %eax, block + AFTER(SLOT_DR3)
  mov %dr6, %eax
  mov %eax, block + AFTER(SLOT_DR6)
  mov %dr7, %eax
  mov %eax, block + AFTER(SLOT_DR7)
  mov $MSR_EFER, %ecx
  rdmsr
  mov %eax, block + AFTER(SLOT_EFER)
  sgdt block + TABLE
  movzwl block + TABLE, %eax
  mov %eax, block + AFTER(SLOT_GDT_LIMIT)
  mov block + TABLE + 2, %eax
  mov %eax, block + AFTER(SLOT_GDT_BASE)
  sidt block + TABLE
  movzwl block + TABLE, %eax
  mov %eax, block + AFTER(SLOT_IDT_LIMIT)
  mov block + TABLE + 2, %eax
  mov %eax, block + AFTER(SLOT_IDT_BASE)

to_kernel:
  cld
  push $2
  popf
  mov $block, %ebp
  mov $1 << 4 | 1, %eax
  mov %eax, %cr0
  xor %eax, %eax
  xor %edx, %edx
  mov $MSR_EFER, %ecx
  wrmsr
  mov %eax, %cr4
  mov $0x400, %eax
  mov %eax, %dr7
  lgdt KERNEL_GDT(%ebp)
  mov $SELECTOR_DATA(0), %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov KERNEL_ESP(%ebp), %esp
  popal
  ret

  .code64
handlers handlers64, leave64, HANDLERS

.macro save slot, register
  mov %\register, %rax
  mov %rax, AFTER(\slot)(%rbp)
.endm

leave64:
  push %rbp
  mov $block, %ebp
  mov %rax, AFTER(SLOT_RAX)(%rbp)
  pop AFTER(SLOT_RBP)(%rbp)
  pop VECTOR(%rbp)
  pop ERROR(%rbp)
  pop AFTER(SLOT_RIP)(%rbp)
  pop AFTER(SLOT_CS)(%rbp)
  pop AFTER(SLOT_RFLAGS)(%rbp)
  pop AFTER(SLOT_RSP)(%rbp)
  pop AFTER(SLOT_SS)(%rbp)
  mov %rcx, AFTER(SLOT_RCX)(%rbp)
  mov %rdx, AFTER(SLOT_RDX)(%rbp)
  mov %rbx, AFTER(SLOT_RBX)(%rbp)
  mov %rsi, AFTER(SLOT_RSI)(%rbp)
  mov %rdi, AFTER(SLOT_RDI)(%rbp)
  mov %r8, AFTER(SLOT_R8)(%rbp)
  mov %r9, AFTER(SLOT_R9)(%rbp)
  mov %r10, AFTER(SLOT_R10)(%rbp)
  mov %r11, AFTER(SLOT_R11)(%rbp)
  mov %r12, AFTER(SLOT_R12)(%rbp)
  mov %r13, AFTER(SLOT_R13)(%rbp)
  mov %r14, AFTER(SLOT_R14)(%rbp)
  mov %r15, AFTER(SLOT_R15)(%rbp)
  mov %es, AFTER(SLOT_ES)(%rbp)
  mov %ds, AFTER(SLOT_DS)(%rbp)
  mov %fs, AFTER(SLOT_FS)(%rbp)
  mov %gs, AFTER(SLOT_GS)(%rbp)
  sldt AFTER(SLOT_LDTR)(%rbp)
  str AFTER(SLOT_TR)(%rbp)
  save SLOT_CR0, cr0
  save SLOT_CR2, cr2
  save SLOT_CR3, cr3
  save SLOT_CR4, cr4
  save SLOT_CR8, cr8
  save SLOT_DR0, dr0
  save SLOT_DR1, dr1
  save SLOT_DR2, dr2
  save SLOT_DR3, dr3
  save SLOT_DR6, dr6
  save SLOT_DR7, dr7
  mov $MSR_EFER, %ecx
  rdmsr
  mov %eax, AFTER(SLOT_EFER)(%rbp)
  mov $MSR_FS_BASE, %ecx
  rdmsr
  mov %eax, AFTER(SLOT_FS_BASE)(%rbp)
  mov %edx, AFTER(SLOT_FS_BASE) + 4(%rbp)
  mov $MSR_GS_BASE, %ecx
  rdmsr
  mov %eax, AFTER(SLOT_GS_BASE)(%rbp)
  mov %edx, AFTER(SLOT_GS_BASE) + 4(%rbp)
  sgdt TABLE(%rbp)
  movzwl TABLE(%rbp), %eax
  mov %rax, AFTER(SLOT_GDT_LIMIT)(%rbp)
  mov TABLE + 2(%rbp), %rax
  mov %rax, AFTER(SLOT_GDT_BASE)(%rbp)
  sidt TABLE(%rbp)
  movzwl TABLE(%rbp), %eax
  mov %rax, AFTER(SLOT_IDT_LIMIT)(%rbp)
  mov TABLE + 2(%rbp), %rax
  mov %rax, AFTER(SLOT_IDT_BASE)(%rbp)
  xor %eax, %eax
  mov %rax, %cr8
  mov $SELECTOR_DATA(0), %eax  // SS is null after an exception from an outer CPL; 32-bit code needs one
  mov %eax, %ss
  mov %eax, %ds
  mov $trampoline_stack_top, %esp
  push $SELECTOR_CODE32(0)
  mov $to_kernel, %eax
  push %rax
  lretq

  .section .trampoline.data, "aw"
  .globl block, trampoline_stack_top, interrupt_stack_top
  .balign 16
block: .skip REST + 80
  .balign 16
  .skip 1024
trampoline_stack_top:
  .skip 1024
interrupt_stack_top:
