// What a run of mutants comes to, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/mutate/fate.hpp"

namespace umbra::tools {

struct mutation_report {
  std::string part;
  std::uint32_t seed = 1;
  std::size_t population = 0;  ///< mutations that there are
  unsigned seconds = 60;       ///< that each fuzz target had
  unsigned shard = 1, shards = 1;
  std::vector<fate> fates;
};

struct tally {
  unsigned killed = 0, tests = 0, fuzz = 0, proofs = 0, survived = 0, late = 0, equal = 0, argued = 0, stillborn = 0;

  void add(const fate&);
  unsigned count() const { return killed + survived + late; }
  /// In percent, of those that count.
  double rate() const { return count() == 0 ? 0 : 100.0 * killed / count(); }
};

tally tally_of(const std::vector<fate>&);

/// One line for one mutant, with its newline.
std::string row(const fate&);
/// Each survivor with its change drawn from the tree.
std::string survivors(const mutation_report&);
/// By operator and by folder.
std::string tables(const mutation_report&);
/// One sentence, without a newline.
std::string sum(const tally&);
std::string to_json(const mutation_report&);

}  // namespace umbra::tools
