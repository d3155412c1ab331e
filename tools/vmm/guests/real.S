// A guest that begins as processors do: in real mode, at the reset vector. It uses interrupt vectors as a BIOS does, goes
// to protected mode and comes back, once with limits that real mode does not have by itself.
#include "tools/vmm/guests/devices.h"

#define STACK 0x7000
#define CODE16 0x08
#define CODE32 0x10
#define OWN_DATA 0x18
#define FLAT_DATA 0x20
#define LOW_DATA 0x28

#define PE 1
#define TF 0x100
#define FAR_AWAY 0x200000
#define NUMBER 0x12345678

// Vector n: F000:handler. ES is 0.
	.macro set_vector n, handler
	movw $\handler, %es:4 * \n
	mov %cs, %es:4 * \n + 2
	.endm

	.macro print text
	mov $\text, %si
	call print_text
	.endm

// Goes on if ZF is set.
	.macro require text
	je 9f
	mov $\text, %si
	jmp give_up
9:
	.endm

	.section .reset, "ax"
	.code16
	ljmp $0xf000, $start

	.text
	.globl start
start:
	cli
	xor %ax, %ax
	mov %ax, %ss
	mov $STACK, %sp
	mov %ax, %es
	mov %cs, %ax
	mov %ax, %ds
	set_vector 0, on_divide
	set_vector 1, on_step
	set_vector 3, on_breakpoint
	set_vector 6, on_undefined
	set_vector 0x10, teletype
	print hello

// FLAGS are the guest's own, IOPL and NT included; protected mode does not show.
	push $0x7202
	popf
	pushf
	pop %ax
	cmp $0x7202, %ax
	require flags_differ
	push $2
	popf
	smsw %ax
	test $PE, %al
	require mode_differs
	print own_flags

// Exceptions: a fault, a trap, and #UD.
	mov $1, %ax
	xor %cl, %cl
	div %cl
	int3
	ud2
	cmpw $0x0111, %es:marks
	require exception_lost
	print exceptions

// Three steps, the first behind the instruction that follows POPF.
	push $TF | 2
	popf
	nop
	nop
	nop
	cmpb $3, %es:steps
	require steps_differ
	print single_steps

	mov $spelt, %si
	mov $spelt_bytes, %cx
	mov $CONSOLE_PORT, %dx
	cld
	rep outsb %cs:(%si), %dx

// Segments: loaded natively, seen by what is emulated, and the other way round.
	mov $0x1234, %ax
	mov %ax, %fs
	movb $0x5a, %fs:5
	mov $0x1000, %ax
	mov %ax, %gs
	cmpb $0x5a, %gs:0x2345
	require segments_differ
	pushw %fs
	popw %gs
	cmpb $0x5a, %gs:5
	require segments_differ
	print segments

// To protected mode and back, with a limit of 4 GiB left in ES.
	mov $FLAT_DATA, %bx
	call visit_protected_mode
	print protected
	mov $FAR_AWAY, %edi
	cmpl $NUMBER, %es:(%edi)
	require far_away_differs
	xor %ax, %ax
	mov %ax, %es
	movl $NUMBER + 1, %es:(%edi)
	cmpl $NUMBER + 1, %es:(%edi)
	require far_away_differs
	mov $SLATE, %edi
	movl $NUMBER, %es:(%edi)
	cmpl $NUMBER, %es:(%edi)
	require far_away_differs
	print unreal

// And with 64 KiB again.
	mov $LOW_DATA, %bx
	call visit_protected_mode
	xor %ax, %ax
	mov %ax, %es
	cmpw $0x0111, %es:marks
	require segments_differ
	print done
	hlt

// BX: what ES is to hold.
visit_protected_mode:
	lgdtl descriptors_pointer
	mov %cr0, %eax
	or $PE, %al
	mov %eax, %cr0
	ljmp $CODE32, $1f
	.code32
1:
	mov $OWN_DATA, %eax
	mov %eax, %ds
	mov $FLAT_DATA, %eax
	mov %eax, %es
	movl $NUMBER, %es:FAR_AWAY
	mov $LOW_DATA, %eax
	mov %eax, %ss
	mov %ebx, %es
	ljmp $CODE16, $1f
	.code16
1:
	mov %cr0, %eax
	and $~PE, %al
	mov %eax, %cr0
	ljmp $0xf000, $1f
1:
	xor %ax, %ax
	mov %ax, %ss
	mov %cs, %ax
	mov %ax, %ds
	ret

print_text:
	lodsb
	test %al, %al
	jz 1f
	int $0x10
	jmp print_text
1:
	ret

give_up:
	call print_text
	print differs
1:
	hlt
	jmp 1b

teletype:
	out %al, $CONSOLE_PORT
	iret

// What has been here: one digit each. The saved IP moves on behind DIV and UD2, which have two bytes.
	.set marks, 0x600
	.set steps, 0x602
on_divide:
	addw $0x0001, %es:marks
	jmp skip_two_bytes
on_undefined:
	addw $0x0100, %es:marks
skip_two_bytes:
	push %bp
	mov %sp, %bp
	addw $2, 2(%bp)
	pop %bp
	iret
on_breakpoint:
	addw $0x0010, %es:marks
	iret
on_step:
	push %bp
	mov %sp, %bp
	incb %es:steps
	cmpb $3, %es:steps
	jne 1f
	andw $~TF, 6(%bp)
1:
	pop %bp
	iret

	.section .rodata, "a"
hello:
	.asciz "real: 16-bit code from the reset vector\n"
own_flags:
	.asciz "flags are the guest's own\n"
exceptions:
	.asciz "exceptions go through the vector table\n"
single_steps:
	.asciz "three single steps\n"
spelt:
	.ascii "a string for a port\n"
	.set spelt_bytes, . - spelt
segments:
	.asciz "segments, native and emulated\n"
protected:
	.asciz "to protected mode and back\n"
unreal:
	.asciz "memory beyond 1 MiB, and a device, from real mode\n"
done:
	.asciz "real: done\n"
flags_differ:
	.asciz "FLAGS"
mode_differs:
	.asciz "CR0.PE"
exception_lost:
	.asciz "the count of exceptions"
steps_differ:
	.asciz "the number of steps"
segments_differ:
	.asciz "what a segment shows"
far_away_differs:
	.asciz "what lies beyond 64 KiB"
differs:
	.asciz " is not as it should be\n"

	.balign 8
descriptors:
	.quad 0
	.quad 0x00009b0f0000ffff // CODE16, here
	.quad 0x00409b0f0000ffff // CODE32, here
	.quad 0x0000930f0000ffff // OWN_DATA, here
	.quad 0x00cf93000000ffff // FLAT_DATA
	.quad 0x000093000000ffff // LOW_DATA
descriptors_end:
descriptors_pointer:
	.word descriptors_end - descriptors - 1
	.long 0xf0000 + descriptors
