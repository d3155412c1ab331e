// A page of 512 words, opaque build.
#pragma once

#include <word/word.hpp>

namespace umbra {

class alignas(4096) table {
 public:
  static constexpr unsigned entries = 512;

  word get(word index) const { return words_[opened::value(index) & (entries - 1)]; }
  void set(word index, word value) { words_[opened::value(index) & (entries - 1)] = value; }
  word exchange(word index, word value) {
    const word old = get(index);
    set(index, value);
    return old;
  }
  word next_used(word from) const {
    std::uint64_t index = opened::value(from);
    while (index < entries && opened::value(words_[index]) == 0) ++index;
    return index;
  }

 private:
  word words_[entries];
};

static_assert(sizeof(table) == 4096);

}  // namespace umbra
