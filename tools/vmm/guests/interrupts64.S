// Entries of interrupts 30H to 3FH, and of NMIs: each calls interrupted() with its vector.
	.macro entry number
	.balign 16
	push $\number
	jmp interrupt
	.endm

	.text
	.globl interrupt_entries, nmi_entry
	.balign 16
interrupt_entries:
	.set n, 0x30
	.rept 16
	entry n
	.set n, n + 1
	.endr
nmi_entry:
	entry 2

interrupt:
	cld
	push %rax
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	mov 72(%rsp), %rdi
	call interrupted
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rax
	add $8, %rsp
	iretq
