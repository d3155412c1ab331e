// Guest data as an index.
#include <word/word.hpp>

int f(const int* items, umbra::word w) { return items[w]; }
