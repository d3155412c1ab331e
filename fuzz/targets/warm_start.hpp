// Most programs of a fuzzer begin as one of the last few did: with the same set-up, and often with a burst of reads
// that fills the shadow MMU and takes longer than all that follows. Those go on from a checkpoint after it. Nobody can
// tell, but by the clock and by the counts of ops: the world is deterministic, and the coverage of what is not run
// again is put back too. An engine whose counts of coverage are not known gets cold starts only.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "fuzz/world/checkpoint.hpp"

namespace umbra::fuzz {

class warm_start {
 public:
  explicit warm_start(world&);

  /// As world::run().
  bool run(const program&);

 private:
  /// A beginning: what it consists of, and what it left behind.
  struct beginning {
    bool known = false;
    std::uint64_t used = 0;  ///< when it last was
    fuzz::setup setup{};
    std::optional<op> burst;
    world::checkpoint then;
    std::vector<std::uint8_t> coverage;
  };

  bool start(const setup&);
  bool begin(const program&);

  world& world_;
  std::uint64_t time_ = 0;
  std::vector<std::uint8_t> before_;
  std::array<std::unique_ptr<beginning>, 3> beginnings_;
};

}  // namespace umbra::fuzz
