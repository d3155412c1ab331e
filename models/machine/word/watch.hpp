// The simulated machine sees every store to a table that lies in one of its arenas: so it knows which cache lines a
// reset has to clear, and whether anything that processors may have cached has been taken back.
#pragma once

#include <cstddef>

#include <word/word.hpp>

namespace umbra::watch {

constexpr std::uintptr_t table_bytes = 4096, words_a_table = 512;

/// The last stores that changed something, by the numbers of the words: the table's in its arena, times
/// `words_a_table`, plus the index. Of a table that a processor has read, setting and clearing A and D is no change.
struct store_log {
  static constexpr std::uint32_t size = 256;

  std::uint32_t words[size] = {};
  std::uint32_t count = 0;  ///< since the log was last emptied; above `size`: some have been overwritten
};

/// The tables of one arena.
struct region {
  std::uintptr_t first = 0;        ///< address of the first table
  std::uintptr_t count = 0;        ///< tables
  std::uint64_t* lines = nullptr;  ///< of each table, one bit a 64-byte line that may hold something other than zeros
  const char* walked = nullptr;    ///< of each table, whether a processor has read it
  store_log* log = nullptr;
  /// A present entry of a walked table was replaced, other than by itself with A or D changed.
  bool weakened = false;
  region* next = nullptr;
};

/// All there are, the newest first; the last one is empty.
inline constinit region nowhere{};
inline constinit region* regions = &nowhere;

inline std::uintptr_t table_in(const region& r, const word* words) {
  return (reinterpret_cast<std::uintptr_t>(words) - r.first) / table_bytes;
}

/// Few branches: the core is compiled with this, and what it does guides fuzzers.
inline void note(region& r, const word* words, word index, word value) {
  constexpr word present = 1, accessed_dirty = 0x60, words_a_line = 8;
  const std::uintptr_t table = table_in(r, words);
  r.lines[table] |= std::uint64_t{1} << index / words_a_line;
  const word old = words[index], walked = static_cast<word>(r.walked[table]);
  const flag changed = ((old ^ value) & ~(accessed_dirty * walked)) != 0;
  r.weakened |= old & present & walked & static_cast<word>(changed);
  store_log& log = *r.log;
  log.words[log.count % store_log::size] = static_cast<std::uint32_t>(table * words_a_table + index);
  log.count += changed;
}

/// In an older arena, or in none.
[[gnu::noinline, clang::no_sanitize("coverage")]] inline void store_elsewhere(const word* words, word index,
                                                                              word value) {
  region* r = regions;
  while (r != &nowhere && table_in(*r, words) >= r->count) r = r->next;
  if (r != &nowhere) note(*r, words, index, value);
}

inline void store(const word* words, word index, word value) {
  if (table_in(*regions, words) < regions->count) {
    note(*regions, words, index, value);
  } else {
    store_elsewhere(words, index, value);
  }
}

}  // namespace umbra::watch
