// Handlers of exceptions and interrupts for guest programs, for assembly: `count` of them from vector 0 on, 16 bytes each,
// from `name` on. Each leaves an error code, 0 if its vector has none, and its vector on the stack, and jumps to `common`.
#pragma once

.macro handler vector, common
  .balign 16
  .if \vector > 31 || ((1 << (\vector & 31)) & 0x60227d00) == 0  // vectors 8, 10-14, 17, 21, 29, 30 push an error code
  push $0
  .endif
  push $\vector
  jmp \common
.endm

.macro handlers name, common, count
  .balign 16
  .globl \name
\name:
  vector = 0
  .rept \count
  handler vector, \common
  vector = vector + 1
  .endr
.endm
