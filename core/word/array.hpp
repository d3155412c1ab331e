// The one way to pick an element by a guest-controlled index; native build. The caller has shown the index to be in range.
#pragma once

#include <word/word.hpp>

namespace umbra {

template <class T>
constexpr T& at(T* items, word index) {
  return items[index];
}

}  // namespace umbra
