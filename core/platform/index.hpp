// A hash table's chains, as many as there may be things in it: allocated once, with the things themselves.
#pragma once

#include <word/buckets.hpp>

#include "core/platform/platform.hpp"

namespace umbra::platform {

template <class T>
class index {
 public:
  explicit index(host& h) : host_(h) { chains_.use(&none_, 1); }
  ~index() { destroy(); }
  index(const index&) = delete;
  index& operator=(const index&) = delete;

  /// Chains for up to `things`. False, and nothing kept, if memory runs out.
  bool create(unsigned things) {
    unsigned count = least;
    while (count < things) count *= 2;
    heads_ = static_cast<T**>(allocate(host_, count * sizeof(T*)));
    if (heads_ == nullptr) return false;
    chains_.use(heads_, count);
    return true;
  }
  void destroy() {
    release(host_, heads_, bytes());
    heads_ = nullptr;
    chains_.use(&none_, 1);
  }

  buckets<T>& chains() { return chains_; }
  const buckets<T>& chains() const { return chains_; }
  /// What it has allocated.
  std::uint64_t bytes() const { return heads_ == nullptr ? 0 : chains_.size() * sizeof(T*); }

 private:
  static constexpr unsigned least = 64;

  host& host_;
  T** heads_ = nullptr;
  T* none_ = nullptr;  ///< the one chain, empty, before create()
  buckets<T> chains_;
};

}  // namespace umbra::platform
