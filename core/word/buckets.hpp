// The heads of a hash table's chains, chosen by a key that a guest may control; native build.
#pragma once

#include <word/word.hpp>

namespace umbra {

template <class T>
class buckets {
 public:
  /// `heads` are null pointers, a power of two of them, so that choosing is one mask; they must outlive their use here.
  void use(T** heads, unsigned count) { heads_ = heads, count_ = count; }
  unsigned size() const { return count_; }

  /// The chain in which `key` belongs. Neighbouring keys fall into different chains.
  T*& head(word key) { return heads_[key & (count_ - 1)]; }
  T* head(word key) const { return heads_[key & (count_ - 1)]; }
  /// The n-th chain, to visit them all.
  T* nth(unsigned n) const { return heads_[n]; }

 private:
  T** heads_ = nullptr;
  unsigned count_ = 0;
};

}  // namespace umbra
