// The heads of a hash table's chains, chosen by a key that a guest may control; opaque build.
#pragma once

#include <word/word.hpp>

namespace umbra {

template <class T>
class buckets {
 public:
  void use(T** heads, unsigned count) { heads_ = heads, count_ = count; }
  unsigned size() const { return count_; }

  T*& head(word key) { return heads_[opened::value(key) & (count_ - 1)]; }
  T* head(word key) const { return heads_[opened::value(key) & (count_ - 1)]; }
  T* nth(unsigned n) const { return heads_[n]; }

 private:
  T** heads_ = nullptr;
  unsigned count_ = 0;
};

}  // namespace umbra
