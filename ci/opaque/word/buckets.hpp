// The heads of a hash table's chains, chosen by a key that a guest may control; opaque build.
#pragma once

#include <array>

#include <word/word.hpp>

namespace umbra {

template <class T, unsigned count>
class buckets {
  static_assert((count & (count - 1)) == 0, "a power of two, so that choosing is one mask");

 public:
  static constexpr unsigned size() { return count; }

  T*& head(word key) { return heads_[opened::value(key) & (count - 1)]; }
  T* head(word key) const { return heads_[opened::value(key) & (count - 1)]; }
  T* nth(unsigned n) const { return heads_[n]; }

 private:
  std::array<T*, count> heads_{};
};

}  // namespace umbra
