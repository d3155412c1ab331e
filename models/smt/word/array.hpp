// The one way to pick an element by a guest-controlled index; symbolic build. A path for each element that the index
// may name; an index that may be out of range is an error.
#pragma once

#include <array>

#include <word/word.hpp>

#include "models/smt/index.hpp"

namespace umbra {

template <class T>
constexpr T& at(T* items, word count, word index) {
  if (raw(index).symbol == nullptr && raw(count).symbol == nullptr && raw(index).known < raw(count).known)
    return items[raw(index).known];
  return items[smt::chosen_index(index, count)];
}

template <class T, std::size_t count>
constexpr T& at(std::array<T, count>& items, word index) {
  return at(items.data(), word{count}, index);
}

template <class T, std::size_t count>
constexpr const T& at(const std::array<T, count>& items, word index) {
  return at(items.data(), word{count}, index);
}

/// The value of an element, where nothing is to be done with the element itself: one term, whichever it is.
template <std::size_t count>
word pick(const std::array<word, count>& items, word index) {
  const std::uint64_t last = count - 1;
  smt::require_below(index, word{count});
  word value = items[last];
  for (std::uint64_t n = last; n-- > 0;) value = select(index == word{n}, items[n], value);
  return value;
}

}  // namespace umbra
