#include "models/machine/heap.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "models/machine/address_space.hpp"
#include "models/machine/poison.hpp"

namespace umbra::machine {

heap::heap() : base_(static_cast<std::byte*>(take_address_space(capacity))) {
  blocks_.reserve(block_limit);
  poison(base_, capacity);
}

heap::~heap() {
  unpoison(base_, capacity);
  give_address_space(base_, capacity);
}

void heap::reset() {
  // Fresh memory is always zero: clear here what was used, so that allocate() need not.
  for (const block& b : blocks_) {
    unpoison(base_ + b.at, b.bytes);
    std::memset(base_ + b.at, 0, b.bytes);
    poison(base_ + b.at, b.bytes);
  }
  blocks_.clear();
  next_ = 0;
  out_ = 0;
}

void* heap::allocate(std::size_t bytes) {
  const std::size_t room = (bytes + alignment - 1) / alignment * alignment + alignment;
  block* b = nullptr;
  if (blocks_.size() < block_limit && bytes <= capacity && room <= capacity - next_) {
    b = &blocks_.emplace_back(block{next_, bytes, true});
    next_ += room;
    unpoison(base_ + b->at, bytes);
  } else {
    const auto found =
        std::find_if(blocks_.begin(), blocks_.end(), [&](const block& c) { return !c.live && c.bytes == bytes; });
    if (found == blocks_.end()) return nullptr;
    b = &*found;
    b->live = true;
    unpoison(base_ + b->at, bytes);
    std::memset(base_ + b->at, 0, bytes);
  }
  out_ += bytes;
  return base_ + b->at;
}

heap::block* heap::block_of(const void* p) {
  const std::size_t at = reinterpret_cast<std::uintptr_t>(p) - reinterpret_cast<std::uintptr_t>(base_);
  const auto found =
      std::lower_bound(blocks_.begin(), blocks_.end(), at, [](const block& b, std::size_t a) { return b.at < a; });
  return found != blocks_.end() && found->at == at ? &*found : nullptr;
}

bool heap::release(void* p, std::size_t bytes) {
  if (!p) return true;
  block* b = block_of(p);
  if (!b || !b->live || b->bytes != bytes) return false;
  b->live = false;
  out_ -= bytes;
  poison(base_ + b->at, bytes);
  return true;
}

}  // namespace umbra::machine
