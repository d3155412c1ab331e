// Live shadow pages by (gfn, role).
#pragma once

#include <word/buckets.hpp>

#include "core/mmu/page.hpp"

namespace umbra::mmu {

class page_hash {
 public:
  static constexpr unsigned bucket_count = 1024;

  /// The live page for (frame, role), or null. At most one exists (I8).
  page* find(gfn frame, role r) const {
    for (page* p = heads_.head(key(frame, r)); p != nullptr; p = p->hash_next) {
      if (both(p->frame == frame, p->role == r)) return p;
    }
    return nullptr;
  }

  void insert(page& p) {
    page*& head = heads_.head(key(p.frame, p.role));
    p.hash_next = head;
    head = &p;
  }

  void remove(page& p) {
    page** at = &heads_.head(key(p.frame, p.role));
    while (*at != &p) at = &(*at)->hash_next;
    *at = p.hash_next;
    p.hash_next = nullptr;
  }

  const page* bucket(unsigned n) const { return heads_.nth(n); }

 private:
  /// Direct pages start at multiples of 512 frames, so the frame number alone would crowd them into two buckets; the
  /// roles of one table differ in bits 6 to 18.
  static word key(gfn frame, role r) { return frame.value ^ (frame.value >> 9) ^ (r.packed() >> 6); }

  buckets<page, bucket_count> heads_{};
};

}  // namespace umbra::mmu
