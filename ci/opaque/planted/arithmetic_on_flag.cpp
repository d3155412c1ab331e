// Arithmetic on a truth value.
#include <word/word.hpp>

umbra::word f(umbra::flag c, umbra::word w) { return w & (c << 1); }
