// Pages for shadow tables, with the host-physical addresses at which the processor finds them.
//
// A released page is not given out again while fresh ones are left, so that a use after release is seen: by ASan where
// the core does it, by find() where the processor does. Pages that are out are found in constant time.
#pragma once

#include <array>
#include <cstdint>

#include <word/table.hpp>

#include "models/machine/layout.hpp"

namespace umbra::machine {

class table_arena {
 public:
  table_arena();
  ~table_arena();
  table_arena(const table_arena&) = delete;
  table_arena& operator=(const table_arena&) = delete;

  /// Takes every page back. Cheap: a page is cleared when it is given out again, and only if it needs it.
  void reset();

  /// A zeroed table, or null.
  table* allocate() { return allocate(high_); }
  table* allocate_low() { return allocate(low_); }
  /// False if `t` is not a table that is out. Null is nothing to release.
  bool release(const table* t);

  /// The table at a host frame, or null if none that is out lies there.
  table* find(std::uint64_t hfn) const {
    std::uint64_t n = hfn - first_table_frame;
    if (n >= table_limit) {
      if (hfn - first_low_frame >= low_table_limit) return nullptr;
      n = table_limit + (hfn - first_low_frame);
    }
    return out_[n] ? base_ + n : nullptr;
  }
  /// The host frame of a table that is out; 0 if `t` is none.
  std::uint64_t frame_of(const table* t) const;

  /// Tables given and not taken back.
  unsigned tables_out() const { return high_.out + low_.out; }

 private:
  static constexpr unsigned total = table_limit + low_table_limit;

  /// One kind of page: [first, first + limit) of the arena. Those below `fresh` have been given out since the reset.
  struct region {
    unsigned first, limit, fresh = 0, out = 0;
  };

  table* allocate(region&);
  void clean(unsigned n);

  table* base_;
  region high_{0, table_limit}, low_{table_limit, low_table_limit};
  std::array<bool, total> out_{};
  std::array<bool, total> used_{};  ///< was out once, so what it holds is not known
};

}  // namespace umbra::machine
