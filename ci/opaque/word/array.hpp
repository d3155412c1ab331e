// The one way to pick an element by a guest-controlled index; opaque build.
#pragma once

#include <word/word.hpp>

namespace umbra {

template <class T>
constexpr T& at(T* items, word index) {
  return items[opened::value(index)];
}

}  // namespace umbra
