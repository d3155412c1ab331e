// Guest-physical address space by its contract: any slots and aliases at all. That the core's own lookup keeps this
// contract is a theorem of its own (proofs/lookup.cpp).
#pragma once

#include <vector>

#include <word/word.hpp>

#include "models/smt/path.hpp"

namespace umbra::smt {

class address_space {
 public:
  explicit address_space(path& p) : path_(p) {}

  struct answer {
    word frame;      ///< guest frame
    word canonical;  ///< aliases resolved; below 2^40, since the widest physical address has 52 bits
    flag backed;
    flag read_only;
    word host_frame;  ///< below 2^40, and none of those of shadow tables
  };
  /// Host frames that are no guest's: those of shadow tables, from each of these on.
  static constexpr std::uint64_t table_frames = 0x1000, first_table_frame = (std::uint64_t{1} << 40) - table_frames,
                                 first_low_table_frame = (std::uint64_t{1} << 20) - table_frames;

  /// What stands behind a guest frame. The same frame, the same answer.
  answer find(word frame);
  /// The same for a frame for which aliases are resolved.
  answer find_canonical(word frame);

  /// All that was asked.
  const std::vector<answer>& answers() const { return answers_; }

 private:
  path& path_;
  answer behind(word frame, word canonical);

  std::vector<answer> answers_;
};

}  // namespace umbra::smt
