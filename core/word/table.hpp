// A page of 512 words, indexed by guest-controlled values; native build.
//
// The processor walks shadow tables while the core edits them, so each access is one whole-word atomic one.
#pragma once

#include <word/watch.hpp>
#include <word/word.hpp>

namespace umbra {

class alignas(4096) table {
 public:
  static constexpr unsigned entries = 512;

  word get(word index) const { return __atomic_load_n(&words_[index & (entries - 1)], __ATOMIC_RELAXED); }
  void set(word index, word value) {
    index = index & (entries - 1);
    watch::store(words_, index, value);
    __atomic_store_n(&words_[index], value, __ATOMIC_RELEASE);
  }
  word exchange(word index, word value) {
    index = index & (entries - 1);
    watch::store(words_, index, value);
    return __atomic_exchange_n(&words_[index], value, __ATOMIC_ACQ_REL);
  }

  /// The first index from `from` on whose word is not zero; `entries` if there is none.
  word next_used(word from) const {
    constexpr unsigned stride = 8;
    while (from < entries) {
      if (from % stride == 0 && unused(from, stride)) {
        from += stride;
        continue;
      }
      if (get(from) != 0) return from;
      ++from;
    }
    return entries;
  }

 private:
  bool unused(word from, unsigned count) const {
    word any = 0;
    for (unsigned i = 0; i < count; ++i) any |= get(from + i);
    return any == 0;
  }

  word words_[entries];
};

static_assert(sizeof(table) == 4096);

}  // namespace umbra
