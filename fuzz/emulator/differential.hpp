// Executes specimens on both engines and compares everything that the SDM defines.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "fuzz/emulator/differences.hpp"

namespace umbra::emucheck {

struct form_tally {
  std::uint64_t tried = 0;
  std::uint64_t succeeded = 0;  ///< completed on both engines, and the same
  std::uint64_t faulted = 0;    ///< ended in the same exception on both
  std::uint64_t excused = 0;    ///< with a known difference
  std::uint64_t wrong = 0;
};

/// One form, operand size and mode.
struct case_tally {
  std::string name;
  form_tally sum;
  std::string left_out;  ///< why it was not tried, or ""
};

struct tally {
  std::vector<case_tally> cases;
  std::map<std::string_view, std::uint64_t> excused_by;  ///< executions, by the name of the difference
  form_tally total() const;
};

struct request {
  unsigned successes = 1000;  ///< that each case needs
  unsigned attempts = 20;     ///< at most, for each of them
  std::uint64_t seed = 1;
  std::string only;                                                       ///< a part of a case's name; empty: all
  std::function<void(const comparison&, const std::string& what)> wrong;  ///< told of each difference
  std::function<void(const case_tally&)> done;
  std::function<void(outcome& ours)> spoil;  ///< what a test changes in what the emulator came to
};

tally compare(const request&);

}  // namespace umbra::emucheck
