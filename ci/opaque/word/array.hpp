// The one way to pick an element by a guest-controlled index; opaque build.
#pragma once

#include <array>

#include <word/word.hpp>

namespace umbra {

template <class T>
constexpr T& at(T* items, [[maybe_unused]] word count, word index) {
  return items[opened::value(index)];
}

template <class T, std::size_t count>
constexpr T& at(std::array<T, count>& items, word index) {
  return at(items.data(), word{count}, index);
}

template <class T, std::size_t count>
constexpr const T& at(const std::array<T, count>& items, word index) {
  return at(items.data(), word{count}, index);
}

/// The value of an element, where nothing is to be done with the element itself.
template <std::size_t count>
constexpr word pick(const std::array<word, count>& items, word index) {
  return items[opened::value(index)];
}

}  // namespace umbra
