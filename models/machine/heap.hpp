// Memory for the core's own objects: what platform::allocate() gives.
//
// Blocks are cut one after the other from one arena, with a gap that ASan watches; a released block is used again only
// when the arena is full. Every release is checked against what was allocated.
#pragma once

#include <cstddef>
#include <vector>

namespace umbra::machine {

class heap {
  struct block {
    std::size_t at, bytes;
    bool live;
  };

 public:
  heap();
  ~heap();
  heap(const heap&) = delete;
  heap& operator=(const heap&) = delete;

  /// Takes everything back.
  void reset();

  /// Which blocks are out, and what they hold.
  class image {
    friend heap;
    std::vector<block> blocks;
    std::vector<std::byte> contents;  ///< of the live ones, one after the other
    std::size_t next = 0, out = 0;
  };
  void save(image&) const;
  /// All is as it was, at the same addresses.
  void restore(const image&);

  /// Zeroed memory, 64-byte aligned, or null.
  void* allocate(std::size_t bytes);
  /// False if `p` is not a block that is out, or not of that size. Null is nothing to release.
  bool release(void* p, std::size_t bytes);

  std::size_t bytes_out() const { return out_; }

 private:
  static constexpr std::size_t capacity = std::size_t{64} << 20, alignment = 64, block_limit = 1 << 16;

  block* block_of(const void* p);
  void set_live(block&, bool);
  void forget(std::size_t kept);

  std::byte* base_;
  std::size_t next_ = 0, out_ = 0;
  std::vector<block> blocks_;  ///< by address
};

}  // namespace umbra::machine
