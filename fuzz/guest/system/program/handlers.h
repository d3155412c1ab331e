// How many vectors have a handler, for C++ and assembly.
#pragma once

#define HANDLERS 0x24
