#include "core/memory/frame_pool.hpp"

#include "core/platform/assert.hpp"

namespace umbra::memory {

frame_pool::~frame_pool() {
  while (blocks_ != nullptr) {
    block* gone = blocks_;
    blocks_ = gone->next;
    platform::release(host_, gone, block::bytes(gone->count));
  }
}

bool frame_pool::reserve(std::uint64_t count) {
  if (free_count_ >= count) return true;
  const std::uint64_t missing = count - free_count_;
  auto* fresh = static_cast<block*>(platform::allocate(host_, block::bytes(missing)));
  if (fresh == nullptr) return false;
  fresh->count = missing;
  fresh->next = blocks_;
  blocks_ = fresh;
  for (std::uint64_t i = 0; i < missing; ++i) {
    frame& f = fresh->frames()[i];
    f.next_in_bucket = free_;
    free_ = &f;
  }
  free_count_ += missing;
  return true;
}

std::uint64_t frame_pool::records() const {
  std::uint64_t count = 0;
  for (const block* b = blocks_; b != nullptr; b = b->next) count += b->count;
  return count;
}

std::uint64_t frame_pool::bytes() const {
  std::uint64_t sum = 0;
  for (const block* b = blocks_; b != nullptr; b = b->next) sum += block::bytes(b->count);
  return sum;
}

frame& frame_pool::acquire(hfn number) {
  if (frame* known = find(number)) return *known;
  UMBRA_ASSERT(free_ != nullptr);
  frame* f = free_;
  free_ = f->next_in_bucket;
  --free_count_;
  *f = frame{};
  f->number = number;
  frame*& head = by_number_.head(number.value);
  f->next_in_bucket = head;
  head = f;
  return *f;
}

void frame_pool::release(frame& f) {
  UMBRA_ASSERT(f.places == nullptr && f.leaves == 0 && f.shadows == nullptr);
  frame** at = &by_number_.head(f.number.value);
  while (*at != &f) at = &(*at)->next_in_bucket;
  *at = f.next_in_bucket;
  f.next_in_bucket = free_;
  free_ = &f;
  ++free_count_;
}

frame* frame_pool::find(hfn number) const {
  for (frame* f = by_number_.head(number.value); f != nullptr; f = f->next_in_bucket) {
    if (f->number == number) return f;
  }
  return nullptr;
}

}  // namespace umbra::memory
