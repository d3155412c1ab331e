/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VM entry and exit.
 *
 * bool umbra_enter(unsigned long *general, bool launched)
 *
 * `general` holds RAX to R15 as instructions number them; RSP has its own field in the VMCS. Called with interrupts off.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>

#define HOST_RSP 0x6c14
#define RAX 0
#define RCX 1 * 8
#define RDX 2 * 8
#define RBX 3 * 8
#define RBP 5 * 8
#define RSI 6 * 8
#define RDI 7 * 8
#define R8 8 * 8
#define R9 9 * 8
#define R10 10 * 8
#define R11 11 * 8
#define R12 12 * 8
#define R13 13 * 8
#define R14 14 * 8
#define R15 15 * 8

	.section .noinstr.text, "ax"

SYM_FUNC_START(umbra_enter)
	push %rbp
	push %r15
	push %r14
	push %r13
	push %r12
	push %rbx
	push %rdi

	mov $HOST_RSP, %eax
	vmwrite %rsp, %rax

	test %sil, %sil
	mov %rdi, %rax
	/* None of these changes the flags. */
	mov RCX(%rax), %rcx
	mov RDX(%rax), %rdx
	mov RBX(%rax), %rbx
	mov RBP(%rax), %rbp
	mov RSI(%rax), %rsi
	mov RDI(%rax), %rdi
	mov R8(%rax), %r8
	mov R9(%rax), %r9
	mov R10(%rax), %r10
	mov R11(%rax), %r11
	mov R12(%rax), %r12
	mov R13(%rax), %r13
	mov R14(%rax), %r14
	mov R15(%rax), %r15
	mov RAX(%rax), %rax
	jz .Llaunch
	vmresume
	jmp umbra_exit_entry_point
.Llaunch:
	vmlaunch

	/*
	 * A VM exit comes here with the stack as it was, and CF and ZF clear; a refused entry falls through to here with one
	 * of them set, and the guest's registers untouched.
	 */
SYM_INNER_LABEL(umbra_exit_entry_point, SYM_L_GLOBAL)
	push %rax
	mov 8(%rsp), %rax
	popq RAX(%rax)
	mov %rcx, RCX(%rax)
	mov %rdx, RDX(%rax)
	mov %rbx, RBX(%rax)
	mov %rbp, RBP(%rax)
	mov %rsi, RSI(%rax)
	mov %rdi, RDI(%rax)
	mov %r8, R8(%rax)
	mov %r9, R9(%rax)
	mov %r10, R10(%rax)
	mov %r11, R11(%rax)
	mov %r12, R12(%rax)
	mov %r13, R13(%rax)
	mov %r14, R14(%rax)
	mov %r15, R15(%rax)
	seta %bl

	/* No return may go where the guest has trained the processor to go. */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT

	movzbl %bl, %eax
	/* Nothing of the guest's stays in a register. */
	xor %ecx, %ecx
	xor %edx, %edx
	xor %esi, %esi
	xor %edi, %edi
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	pop %rdi
	pop %rbx
	pop %r12
	pop %r13
	pop %r14
	pop %r15
	pop %rbp
	RET
SYM_FUNC_END(umbra_enter)
