// The heads of a hash table's chains; symbolic build. A symbolic key may belong to any chain, so there is but one.
#pragma once

#include <word/word.hpp>

namespace umbra {

template <class T>
class buckets {
 public:
  void use(T** heads, unsigned) { head_ = heads; }
  static constexpr unsigned size() { return 1; }

  T*& head(word) { return *head_; }
  T* head(word) const { return *head_; }
  T* nth(unsigned) const { return *head_; }

 private:
  T** head_ = nullptr;
};

}  // namespace umbra
