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

/* A page that reads as it was written; and how many accesses it has had, which a write sets to 0. */
#define SLATE 0x40000000
#define SLATE_LOADS 0x40001000
#define SLATE_STORES 0x40001008
