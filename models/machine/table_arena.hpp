// Pages for shadow tables, with the host-physical addresses at which the processor finds them.
//
// A released page is not given out again while fresh ones are left, so that a use after release is seen: by ASan where
// the core does it, by find() where the processor does. Pages that are out are found in constant time.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <word/table.hpp>
#include <word/watch.hpp>

#include "models/machine/layout.hpp"
#include "models/machine/saved_lines.hpp"

namespace umbra::machine {

/// Stores to tables, by the table's number and the index.
class stores {
 public:
  /// `count` were made; the log holds the last ones only.
  stores(const watch::store_log& log, std::uint32_t count) : words_(log.words), count_(count) {}

  bool empty() const { return count_ == 0; }
  /// There were more than the log holds.
  bool incomplete() const { return count_ > watch::store_log::size; }
  std::uint32_t size() const { return count_; }
  unsigned table(std::uint32_t n) const { return words_[n] / watch::words_a_table; }
  unsigned index(std::uint32_t n) const { return words_[n] % watch::words_a_table; }

 private:
  const std::uint32_t* words_;
  std::uint32_t count_;
};

class table_arena {
  static constexpr unsigned total = table_limit + low_table_limit;

  /// One kind of page: [first, first + limit) of the arena. Those below `fresh` have been given out since the reset.
  struct region {
    unsigned first, limit, fresh = 0, out = 0;
    unsigned settled = 0;  ///< of them, those that the image which was restored last has
  };

 public:
  table_arena();
  ~table_arena();
  table_arena(const table_arena&) = delete;
  table_arena& operator=(const table_arena&) = delete;

  /// Takes every page back. Cheap: a page is cleared when it is given out again, and only where it was written.
  void reset();

  /// Which tables are out, and what they hold.
  class image {
    friend table_arena;
    struct kind {
      region counts{};
      std::vector<char> out, walked;  ///< of each table that has been given out
    };
    struct record {
      unsigned number;
      std::uint64_t lines;
    };
    std::array<kind, 2> kinds{};
    std::vector<record> written;  ///< tables that hold something
    saved_lines contents;         ///< of the same tables
    std::uint64_t id = 0;         ///< no other image of the arena has it
  };
  void save(image&) const;
  /// All is as it was; the cost depends on what either state holds. Of the image that was restored last: on what has been
  /// stored to since.
  void restore(const image&);

  /// A zeroed table, or null.
  table* allocate() { return allocate(high_); }
  table* allocate_low() { return allocate(low_); }
  /// False if `t` is not a table that is out. Null is nothing to release.
  bool release(const table* t);

  /// The table at a host frame, or null if none that is out lies there.
  table* find(std::uint64_t hfn) const {
    const unsigned n = number_of(hfn);
    return n < total && out_[n] ? base_ + n : nullptr;
  }
  /// The same for a processor, which may keep what it reads there.
  table* walk(std::uint64_t hfn) {
    const unsigned n = number_of(hfn);
    if (n >= total || !out_[n]) return nullptr;
    walked_[n] = true;
    return base_ + n;
  }
  /// The host frame of a table that is out; 0 if `t` is none.
  std::uint64_t frame_of(const table* t) const;

  /// Tables given and not taken back.
  unsigned tables_out() const { return high_.out + low_.out; }

  /// Whether a present entry of a table that a processor has walked was replaced since the last call: what processors
  /// have cached may be stale. Setting A and D is no replacement.
  bool take_weakened() { return std::exchange(watch_.weakened, false); }
  /// The stores that changed something since the last call.
  stores take_stores() { return {log_, std::exchange(log_.count, 0)}; }
  /// The number of a table, which stores name.
  std::size_t number_of(const table* t) const { return static_cast<std::size_t>(t - base_); }
  /// The 64-byte lines of a table that may hold something other than zeros, one bit each.
  std::uint64_t lines_of(const table* t) const { return lines_of(static_cast<unsigned>(number_of(t))); }

 private:
  static unsigned number_of(std::uint64_t hfn) {
    const std::uint64_t high = hfn - first_table_frame, low = hfn - first_low_frame;
    if (high < table_limit) return static_cast<unsigned>(high);
    return low < low_table_limit ? table_limit + static_cast<unsigned>(low) : total;
  }
  std::byte* bytes_of(unsigned n) const { return reinterpret_cast<std::byte*>(base_ + n); }
  std::uint64_t lines_of(unsigned n) const { return settled_[n] | touched_[n]; }

  void forget_stores();
  void leave(unsigned n, std::uint64_t lines);
  void restore_all(const image&);
  void restore_touched(const image&);
  table* allocate(region&);
  void set_out(unsigned n, bool out);

  table* base_;
  region high_{0, table_limit}, low_{table_limit, low_table_limit};
  std::array<char, total> out_{};
  std::array<char, total> walked_{};          ///< by a processor, since it was given out
  std::array<std::uint64_t, total> settled_{};  ///< lines that may hold something: of the image that was restored last,
  std::array<std::uint64_t, total> touched_{};  ///< and those stored to since, which the watch notes
  std::uint64_t restored_ = 0;                  ///< the image
  mutable std::uint64_t saved_ = 0;             ///< images
  watch::store_log log_;
  watch::region watch_;
};

}  // namespace umbra::machine
