/* The devices of umbra-vmm, as its guests find them. */
#pragma once

/* Written: what the guest says. Read: a number. */
#define CONSOLE_PORT 0xe9
/* Read: the bytes that were written, in their order. */
#define ECHO_PORT 0xea
/* Written: a vector. An interrupt comes now; or at the next HLT. */
#define INTERRUPT_PORT 0xeb
#define INTERRUPT_AT_HALT_PORT 0xec
/* Written: anything. An NMI comes. */
#define NMI_PORT 0xed
/* Read: a number that umbra-vmm was given. */
#define SEED_PORT 0xee

/* Written: where the attic is from now on, 0 to 2, and whether it is read-only; another place is nowhere. */
#define ATTIC_PORT 0xef
#define ATTIC_READ_ONLY 4
#define ATTIC_PLACES 3
#define ATTIC 0x10000000
#define ATTIC_BYTES 0x10000

/* A page that reads as it was written; and how many accesses it has had, which a write sets to 0. */
#define SLATE 0x40000000
#define SLATE_LOADS 0x40001000
#define SLATE_STORES 0x40001008
