// Runs inputs in child processes that are forked off a prepared executor, with limits: whatever an input does, somebody
// is left to tell.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "tools/triage/probe/executor.hpp"
#include "tools/triage/probe/stack.hpp"

namespace umbra::tools {

struct limits {
  std::chrono::milliseconds time{10'000};        ///< for one input
  std::size_t memory = std::size_t{4096} << 20;  ///< resident, bytes, of the whole process
};

class isolation {
 public:
  /// Keeps the child's output in `work`.
  isolation(executor& e, limits l, std::filesystem::path work);
  isolation(const isolation&) = delete;
  isolation& operator=(const isolation&) = delete;
  ~isolation();

  /// What an input comes to. `warm`: the process has run others before, if it lives through them, which must not
  /// matter.
  sighting run(const specimen&, bool warm = false);
  /// The first of some inputs that comes to something like `like`, by its place. Inputs that kill the process are
  /// judged by that.
  std::optional<std::size_t> first_alike(std::span<const specimen>, const sighting& like);
  /// The functions of the core that were at it: at the place where the core failed, or where it last stored to the
  /// shadow entry at stake.
  std::vector<frame> core_stack(const specimen&, const sighting&);
  /// Does something else in a child; what it prints goes to a file. False: it died of it.
  bool tell(const std::function<void(std::FILE*)>&, const std::filesystem::path& to);

  /// What the last child that died wrote.
  std::string log() const;
  void time_limit(std::chrono::milliseconds t) { limits_.time = t; }

 private:
  struct shared;

  /// Forks; the child does `work`, which returns its exit status. Its wait status.
  int in_child(const std::function<int()>& work, std::chrono::milliseconds at_most);
  void arm(std::chrono::milliseconds);

  executor& executor_;
  limits limits_;
  std::filesystem::path work_;
  shared* shared_;
  bool over_memory_ = false;
};

}  // namespace umbra::tools
