/* The entry of each exception and of the INT that user code ends with: an error code in any case, and the vector. */
	.macro vector number, has_code
	.balign 16
	.if !\has_code
	push $0
	.endif
	push $\number
	jmp trap
	.endm

	.text
	.globl trap_entries
	.balign 16
trap_entries:
	.set n, 0
	.rept 32
	vector n, (n == 8 || (n >= 10 && n <= 14) || n == 17)
	.set n, n + 1
	.endr
	vector DONE_VECTOR, 0
