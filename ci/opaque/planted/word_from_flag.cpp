// A truth value as a number.
#include <word/word.hpp>

umbra::word f(umbra::flag c) {
  umbra::word w = c;
  return w;
}
