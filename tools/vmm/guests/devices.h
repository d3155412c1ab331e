/* The devices of umbra-vmm, as its guests find them. */
#pragma once

/* Written: what the guest says. Read: a number. */
#define CONSOLE_PORT 0xe9
/* Read: the bytes that were written, in their order. */
#define ECHO_PORT 0xea

/* A page that reads as it was written; and how many accesses it has had, which a write sets to 0. */
#define SLATE 0x40000000
#define SLATE_LOADS 0x40001000
#define SLATE_STORES 0x40001008
