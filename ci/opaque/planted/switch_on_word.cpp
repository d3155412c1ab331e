// A branch per value of guest data.
#include <word/word.hpp>

int f(umbra::word w) {
  switch (w) {
    case 1:
      return 1;
    default:
      return 0;
  }
}
