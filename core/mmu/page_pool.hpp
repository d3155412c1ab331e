// All shadow pages of a VM: allocated at once, so that handling a fault never allocates.
#pragma once

#include <word/array.hpp>

#include "core/mmu/page.hpp"
#include "core/platform/index.hpp"
#include "core/platform/platform.hpp"

namespace umbra::mmu {

class page_pool {
 public:
  explicit page_pool(platform::host& h) : host_(h), by_where_(h) {}
  ~page_pool() { destroy(); }
  page_pool(const page_pool&) = delete;
  page_pool& operator=(const page_pool&) = delete;

  /// Allocates the pages. False, and nothing kept, if memory runs out.
  bool create(unsigned count);
  void destroy();

  /// A free page, all of whose entries are zero. The caller has made sure that there is one.
  page& take();
  /// Returns a page whose entries are all zero and which nothing refers to.
  void give(page&);

  page& at(unsigned ordinal) const { return pages_[ordinal]; }
  /// The page that a chain name's upper part stands for.
  page& named(word ordinal) const { return umbra::at(pages_, word{count_}, ordinal); }
  /// The page whose table is at this host frame, or null.
  page* find(hfn where) const;

  unsigned size() const { return count_; }
  unsigned available() const { return available_; }
  const page* first_free() const { return free_; }
  /// What it has allocated beside tables.
  std::uint64_t bytes() const { return count_ * sizeof(page) + by_where_.bytes(); }

 private:
  platform::host& host_;
  page* pages_ = nullptr;
  unsigned count_ = 0, available_ = 0;
  page* free_ = nullptr;  ///< linked by hash_next
  platform::index<page> by_where_;
};

}  // namespace umbra::mmu
