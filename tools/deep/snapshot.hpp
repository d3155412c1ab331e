// The state of a machine after an input, as numbers: what hardware walks, and all that it is held against.
//
// Written where the core runs, read where words are symbolic; so it knows neither's types.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace umbra::tools {

struct snapshot {
  struct registers {
    std::uint64_t cr0 = 0, cr3 = 0, cr4 = 0, efer = 0;
    std::array<std::uint64_t, 4> pdpte{};
  };
  struct vcpu {
    unsigned id = 0;
    registers guest{}, hardware{};
  };
  struct slot {
    std::uint64_t base = 0, pages = 0, backing = 0;
    bool read_only = false;
  };
  struct alias {
    std::uint64_t base = 0, pages = 0, target = 0;
  };
  struct processor {
    unsigned maxphyaddr = 36;
    bool nx = false, long_mode = false, gbpages = false, smep = false, smap = false;
  };
  /// Words of 8 bytes that are not zero, by their place in a frame; and such frames by number.
  using frame = std::map<unsigned, std::uint64_t>;
  using frames = std::map<std::uint64_t, frame>;

  std::string input;    ///< what led here, for people
  std::string finding;  ///< the id of what the run itself found, or ""
  processor cpu{};
  std::vector<vcpu> vcpus;  ///< those with roots
  std::vector<slot> slots;
  std::vector<alias> aliases;
  frames tables;                        ///< shadow tables, empty ones too
  frames memory;                        ///< what backs the guest
  std::vector<std::uint64_t> shadowed;  ///< frames that hold guest tables with live shadows
  std::vector<std::uint64_t> unlogged;  ///< frames that some log must have before they are written
  std::vector<std::pair<std::uint64_t, unsigned>>
      suspended;  ///< shadow entries that may lag behind, by table and index
};

std::string to_json(const snapshot&);
/// Throws what the JSON library throws for anything that to_json() did not write.
snapshot snapshot_of(const std::string& json);

}  // namespace umbra::tools
