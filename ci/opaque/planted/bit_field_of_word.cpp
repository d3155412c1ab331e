// Guest data in a bit-field.
#include <word/word.hpp>

struct entry {
  umbra::word present : 1;
};
