// Guest data, narrowed without a word.
#include <word/word.hpp>

int f(umbra::word w) {
  int x = w;
  return x;
}
