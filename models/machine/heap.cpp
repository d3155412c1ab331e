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

void heap::set_live(block& b, bool live) {
  if (live == b.live) return;
  b.live = live;
  live ? unpoison(base_ + b.at, b.bytes) : poison(base_ + b.at, b.bytes);
}

/// Forgets all blocks but the first. Fresh memory is always zero: it is cleared here, so that allocate() need not.
void heap::forget(std::size_t kept) {
  for (std::size_t n = kept; n < blocks_.size(); ++n) {
    set_live(blocks_[n], true);
    std::memset(base_ + blocks_[n].at, 0, blocks_[n].bytes);
    set_live(blocks_[n], false);
  }
  blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(kept), blocks_.end());
}

void heap::reset() {
  forget(0);
  next_ = 0;
  out_ = 0;
}

void heap::save(image& to) const {
  to.blocks = blocks_;
  to.next = next_, to.out = out_;
  to.contents.clear();
  for (const block& b : blocks_) {
    if (b.live) to.contents.insert(to.contents.end(), base_ + b.at, base_ + b.at + b.bytes);
  }
}

void heap::restore(const image& from) {
  const auto same_place = [](const block& a, const block& b) { return a.at == b.at && a.bytes == b.bytes; };
  const auto differ = std::mismatch(blocks_.begin(), blocks_.end(), from.blocks.begin(), from.blocks.end(), same_place);
  forget(static_cast<std::size_t>(differ.first - blocks_.begin()));
  for (auto b = differ.second; b != from.blocks.end(); ++b) blocks_.push_back({b->at, b->bytes, false});
  const std::byte* contents = from.contents.data();
  for (std::size_t n = 0; n < blocks_.size(); ++n) {
    block& b = blocks_[n];
    set_live(b, from.blocks[n].live);
    if (!b.live) continue;
    std::memcpy(base_ + b.at, contents, b.bytes);
    contents += b.bytes;
  }
  next_ = from.next, out_ = from.out;
}

void* heap::allocate(std::size_t bytes) {
  const std::size_t room = (bytes + alignment - 1) / alignment * alignment + alignment;
  block* b = nullptr;
  if (blocks_.size() < block_limit && bytes <= capacity && room <= capacity - next_) {
    b = &blocks_.emplace_back(block{next_, bytes, false});
    next_ += room;
    set_live(*b, true);
  } else {
    const auto found =
        std::find_if(blocks_.begin(), blocks_.end(), [&](const block& c) { return !c.live && c.bytes == bytes; });
    if (found == blocks_.end()) return nullptr;
    b = &*found;
    set_live(*b, true);
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
  set_live(*b, false);
  out_ -= bytes;
  return true;
}

}  // namespace umbra::machine
