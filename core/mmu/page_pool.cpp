#include "core/mmu/page_pool.hpp"

#include "core/platform/assert.hpp"

namespace umbra::mmu {

bool page_pool::create(unsigned count) {
  UMBRA_ASSERT(pages_ == nullptr && count > 0);
  pages_ = static_cast<page*>(platform::allocate(host_, count * sizeof(page)));
  if (pages_ == nullptr) return false;
  count_ = count;
  if (!by_where_.create(count)) {
    destroy();
    return false;
  }
  for (unsigned i = 0; i < count; ++i) pages_[i] = page{};
  // From the last to the first, so that pages are handed out in ascending order.
  for (unsigned i = count; i-- > 0;) {
    page& p = pages_[i];
    p.ordinal = i;
    p.entries = platform::allocate_table(host_);
    p.links = platform::allocate_table(host_);
    if (p.entries == nullptr || p.links == nullptr) {
      destroy();
      return false;
    }
    p.where = frame_of(platform::address_of(host_, p.entries));
    page*& head = by_where_.chains().head(p.where.value);
    p.where_next = head;
    head = &p;
    p.hash_next = free_;
    free_ = &p;
  }
  available_ = count;
  return true;
}

void page_pool::destroy() {
  if (pages_ == nullptr) return;
  for (unsigned i = 0; i < count_; ++i) {
    if (pages_[i].entries != nullptr) platform::release_table(host_, pages_[i].entries);
    if (pages_[i].links != nullptr) platform::release_table(host_, pages_[i].links);
  }
  platform::release(host_, pages_, count_ * sizeof(page));
  pages_ = nullptr;
  free_ = nullptr;
  count_ = available_ = 0;
  by_where_.destroy();
}

page& page_pool::take() {
  UMBRA_ASSERT(free_ != nullptr && available_ > 0);
  page& p = *free_;
  UMBRA_ASSERT(p.state == page_state::free);
  free_ = p.hash_next;
  p.hash_next = nullptr;
  --available_;
  return p;
}

void page_pool::give(page& p) {
  UMBRA_ASSERT(p.used == 0 && p.parent_count == 0 && p.root_count == 0 && p.state != page_state::free);
  p.state = page_state::free;
  p.hash_next = free_;
  free_ = &p;
  ++available_;
  UMBRA_ASSERT(available_ <= count_);
}

page* page_pool::find(hfn where) const {
  for (page* p = by_where_.chains().head(where.value); p != nullptr; p = p->where_next) {
    if (p->where == where) return p;
  }
  return nullptr;
}

}  // namespace umbra::mmu
