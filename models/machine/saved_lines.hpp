// Copies of the cache lines of some 4-KiB frames that are not all zero: what a snapshot keeps of an arena or of memory.
//
// Whole lines of memory that is the machine's own: AddressSanitizer has nothing to find here, and would look at each.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace umbra::machine {

constexpr std::size_t line_bytes = 64;
using line [[gnu::vector_size(line_bytes), gnu::may_alias]] = std::uint64_t;

/// Clears the lines of a frame whose bits are set.
[[clang::no_sanitize("address")]] inline void clear_lines(std::byte* frame, std::uint64_t lines) {
  auto* const all = reinterpret_cast<line*>(frame);
  for (; lines != 0; lines &= lines - 1) all[std::countr_zero(lines)] = line{};
}

/// Copies them from another frame.
[[clang::no_sanitize("address")]] inline void copy_lines(std::byte* frame, const std::byte* from, std::uint64_t lines) {
  auto* const all = reinterpret_cast<line*>(frame);
  const auto* const source = reinterpret_cast<const line*>(from);
  for (; lines != 0; lines &= lines - 1) all[std::countr_zero(lines)] = source[std::countr_zero(lines)];
}

class saved_lines {
 public:
  void clear() { frames_.clear(), lines_.clear(); }

  /// Copies the lines of a frame whose bits are set. Frames are numbered in this order.
  void add(std::byte* frame, std::uint64_t lines) {
    const std::size_t at = lines_.size();
    lines_.resize(at + static_cast<std::size_t>(std::popcount(lines)));
    frames_.push_back({frame, lines, at});
    take(&lines_[at], reinterpret_cast<const line*>(frame), lines);
  }
  std::size_t size() const { return frames_.size(); }
  /// Puts all of them back where they were.
  void restore() const { put(frames_.data(), frames_.size(), lines_.data()); }
  /// Puts back those of the n-th frame that are among `wanted`. Returns the others.
  std::uint64_t restore(std::size_t n, std::uint64_t wanted) const {
    put_some(frames_[n], &lines_[frames_[n].first], frames_[n].lines & wanted);
    return wanted & ~frames_[n].lines;
  }

 private:
  struct part {
    std::byte* frame;
    std::uint64_t lines;
    std::size_t first;  ///< of its copies
  };

  [[clang::no_sanitize("address")]] static void take(line* to, const line* frame, std::uint64_t lines) {
    for (; lines != 0; lines &= lines - 1) *to++ = frame[std::countr_zero(lines)];
  }
  [[clang::no_sanitize("address")]] static void put(const part* parts, std::size_t count, const line* from) {
    for (const part* p = parts; p != parts + count; ++p) {
      auto* const frame = reinterpret_cast<line*>(p->frame);
      for (std::uint64_t lines = p->lines; lines != 0; lines &= lines - 1) {
        frame[std::countr_zero(lines)] = *from++;
      }
    }
  }
  [[clang::no_sanitize("address")]] static void put_some(const part& p, const line* from, std::uint64_t lines) {
    auto* const frame = reinterpret_cast<line*>(p.frame);
    for (; lines != 0; lines &= lines - 1) {
      const int n = std::countr_zero(lines);
      frame[n] = from[std::popcount(p.lines & ((std::uint64_t{1} << n) - 1))];
    }
  }

  std::vector<part> frames_;
  std::vector<line> lines_;
};

}  // namespace umbra::machine
