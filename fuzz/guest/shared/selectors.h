// Segment selectors of the guest program, for C++ and assembly. Code and data for each CPL, flat; code for 64-bit mode
// too.
#pragma once

#define SELECTOR_CODE32(cpl) (0x08 + 0x10 * (cpl) + (cpl))
#define SELECTOR_DATA(cpl) (0x10 + 0x10 * (cpl) + (cpl))
#define SELECTOR_CODE64(cpl) (0x48 + 0x08 * (cpl) + (cpl))
#define SELECTOR_TASK32 0x68
#define SELECTOR_TASK64 0x70 // two entries
#define SELECTOR_LOCAL 0x80  // two entries: the LDT, whose base is the address to be read by an implicit access
#define SELECTOR_END 0x90

#define VECTOR_DONE 0x81 // what a probe raises when its access went through
