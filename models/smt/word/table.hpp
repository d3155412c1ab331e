// A page of 512 words, indexed by guest-controlled values; symbolic build.
#pragma once

#include <word/word.hpp>

namespace umbra {

/// The stores that were made to it, newest first, above zeros. A read is the newest store to its index, whichever that
/// is: one term, not a path for each.
class table {
 public:
  static constexpr unsigned entries = 512;

  word get(word index) const;
  void set(word index, word value);
  word exchange(word index, word value) {
    const word old = get(index);
    set(index, value);
    return old;
  }

  /// The first index from `from` on whose word is not zero; `entries` if there is none. Indexes have no order here, so
  /// a walk must start at 0 and go on just behind the index that it got.
  word next_used(word from) const;

  /// The word at an index, on paths where it is not zero; others end. Better than get(), which has to allow for zero.
  word present(word index) const;

  /// Nothing was ever stored to it.
  bool untouched() const { return newest_ == nullptr; }

 private:
  struct store {
    word index, value;
    const store* older;
  };
  bool overwritten(const store&) const;

  const store* newest_ = nullptr;
};

}  // namespace umbra
