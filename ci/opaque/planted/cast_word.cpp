// Guest data, narrowed by a cast.
#include <word/word.hpp>

unsigned f(umbra::word w) { return static_cast<unsigned>(w); }
