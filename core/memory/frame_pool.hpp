// The frame records of a VM: one for each host frame that some slot uses, found by host frame number.
#pragma once

#include <array>

#include <word/buckets.hpp>

#include "core/memory/frame.hpp"
#include "core/platform/platform.hpp"

namespace umbra::memory {

class frame_pool {
 public:
  explicit frame_pool(platform::host& h) : host_(h) { by_number_.use(heads_.data(), heads_.size()); }
  ~frame_pool();
  frame_pool(const frame_pool&) = delete;
  frame_pool& operator=(const frame_pool&) = delete;

  /// Sees to it that `count` further records can be made. False, and nothing kept, if memory runs out.
  bool reserve(std::uint64_t count);
  /// The record of a host frame; makes one (from the reserve) where there is none.
  frame& acquire(hfn);
  /// Forgets a frame that appears in no slot any more.
  void release(frame&);
  /// The record of a host frame, or null.
  frame* find(hfn) const;

  /// Records in all, and those of them that are in no use.
  std::uint64_t records() const;
  std::uint64_t unused() const { return free_count_; }
  /// What it has allocated.
  std::uint64_t bytes() const;
  /// Calls `f(const frame&)` for each record, those in no use included.
  template <class F>
  void for_each(F&& f) const {
    for (const block* b = blocks_; b != nullptr; b = b->next) {
      for (std::uint64_t i = 0; i < b->count; ++i) f(b->frames()[i]);
    }
  }

 private:
  /// Records come in blocks, which live as long as the VM.
  struct block {
    block* next = nullptr;
    std::uint64_t count = 0;
    frame* frames() { return reinterpret_cast<frame*>(this + 1); }
    const frame* frames() const { return reinterpret_cast<const frame*>(this + 1); }
    static std::size_t bytes(std::uint64_t count) { return sizeof(block) + count * sizeof(frame); }
  };

  platform::host& host_;
  block* blocks_ = nullptr;
  frame* free_ = nullptr;  ///< linked by next_in_bucket
  std::uint64_t free_count_ = 0;
  std::array<frame*, 4096> heads_{};  ///< chains stay short up to a GiB
  buckets<frame> by_number_;
};

}  // namespace umbra::memory
