// A boot sector for emulators that have no multiboot loader (Bochs): reads the program's flat image from the disk, enters
// protected mode, moves the image to 4 MiB and enters it as a multiboot loader would.
//
// The disk: this sector; one sector with the command line; the image, from its start at 4 MiB on.
#define SECTORS 120        // of the image, in one BIOS call, of which there are two; checked when the disk is made
#define BUFFER 0x10000     // where they go first
#define COMMAND_LINE 0x7e00
#define IMAGE 0x400000
#define IMAGE_END 0x480000 // with its .bss, which must be 0

  .section .text, "ax"
  .code16
  .globl boot_sector
boot_sector:
  cli
  xor %ax, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  mov $0x7c00, %sp
  sti
  mov $command_line_packet, %si
  mov $0x42, %ah  // extended read; DL still names the disk
  int $0x13
  jc fail
  mov $image_packet, %si
  mov $0x42, %ah
  int $0x13
  jc fail
  mov $rest_packet, %si
  mov $0x42, %ah
  int $0x13
  jc fail
  mov $0x2401, %ax  // A20
  int $0x15
  cli
  lgdtl gdt_pointer
  mov %cr0, %eax
  or $1, %al
  mov %eax, %cr0
  ljmpl $8, $protected
fail:
  hlt
  jmp fail

  .code32
protected:
  mov $16, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov $0x7c00, %esp
  cld
  mov $IMAGE, %edi
  mov $(IMAGE_END - IMAGE) / 4, %ecx
  xor %eax, %eax
  rep stosl
  mov $BUFFER, %esi
  mov $IMAGE, %edi
  mov $2 * SECTORS * 128, %ecx
  rep movsl
  mov $0x2badb002, %eax
  mov $information, %ebx
  mov IMAGE + 12, %ecx  // the entry point follows the multiboot header
  jmp *%ecx

  .balign 4
command_line_packet:
  .word 16, 1, COMMAND_LINE, 0
  .quad 1
image_packet:
  .word 16, SECTORS, 0, BUFFER >> 4
  .quad 2
rest_packet:
  .word 16, SECTORS, 0, (BUFFER + SECTORS * 512) >> 4
  .quad 2 + SECTORS
gdt:
  .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
  .word 23
  .long gdt
information:  // multiboot: a command line, nothing else
  .long 4, 0, 0, 0, COMMAND_LINE

  .org 510
  .word 0xaa55
