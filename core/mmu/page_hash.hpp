// Live shadow pages by (gfn, role).
#pragma once

#include "core/mmu/page.hpp"
#include "core/platform/index.hpp"

namespace umbra::mmu {

class page_hash {
 public:
  explicit page_hash(platform::host& h) : index_(h) {}

  /// Makes room for so many. False, and nothing kept, if memory runs out.
  bool create(unsigned pages) { return index_.create(pages); }

  /// The live page for (frame, role), or null. At most one exists (I8).
  page* find(gfn frame, role r) const {
    for (page* p = index_.chains().head(key(frame, r)); p != nullptr; p = p->hash_next) {
      if (both(p->frame == frame, p->role == r)) return p;
    }
    return nullptr;
  }

  void insert(page& p) {
    page*& head = index_.chains().head(key(p.frame, p.role));
    p.hash_next = head;
    head = &p;
  }

  void remove(page& p) {
    page** at = &index_.chains().head(key(p.frame, p.role));
    while (*at != &p) at = &(*at)->hash_next;
    *at = p.hash_next;
    p.hash_next = nullptr;
  }

  unsigned buckets() const { return index_.chains().size(); }
  const page* bucket(unsigned n) const { return index_.chains().nth(n); }
  std::uint64_t bytes() const { return index_.bytes(); }

 private:
  /// Direct pages start at multiples of 512 frames, so the frame number alone would crowd them into two buckets; the
  /// roles of one table differ in bits 6 to 18.
  static word key(gfn frame, role r) { return frame.value ^ (frame.value >> 9) ^ (r.packed() >> 6); }

  platform::index<page> index_;
};

}  // namespace umbra::mmu
