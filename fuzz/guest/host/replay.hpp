// Has an emulated processor make given accesses and writes to registers, and says what came of each beside what the
// model expects.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fuzz/guest/host/engine.hpp"
#include "fuzz/guest/host/stream.hpp"
#include "models/reference/walk.hpp"

namespace umbra::opguest {

/// A write to a register, as the model has it.
struct register_write {
  bool refused = false;  ///< #GP(0)
  word reads_as{0};      ///< afterwards
};

struct replayed {
  result observed;
  std::optional<register_write> written = {};  ///< if it was no access: then `expected` and `set` mean nothing
  reference::translation expected;             ///< on the machine that it ran on
  std::vector<std::uint64_t> set;              ///< by step of `expected`: A and D bits that the processor set
  bool agrees = false;
  std::string known;  ///< the difference that is known of the emulator, with its citation, or ""
};

/// What a processor made of a scene's one access or write to a register, beside what the model makes of it.
replayed judged(const environment& machine, const scene&, const result& observed, engine_kind on);

struct replay_session {
  environment machine;  ///< as the program found it
  std::vector<replayed> accesses;
};

/// `program` is the guest program, an ELF file with the same as a flat image beside it; copies of it are made in a
/// directory of their own. At most given::scenes_limit scenes, each of which can_be_given(). Throws std::runtime_error.
replay_session replay_scenes(const machine& on, const std::filesystem::path& program, std::span<const scene> scenes);

}  // namespace umbra::opguest
