// What inputs are run in: the world, or the laboratory, in this very process.
#pragma once

#include <memory>
#include <string>

#include "fuzz/trial/laboratory.hpp"
#include "fuzz/world/world.hpp"
#include "tools/triage/probe/executor.hpp"

namespace umbra::tools {

/// The core, with every check after every op.
class subject : public executor {
 public:
  /// Of a fuzz target. Trials of `emulate` are judged by Unicorn and Zydis, too.
  explicit subject(std::string target) : target_(std::move(target)) {}

  void prepare(const specimen&) override;
  void run(const specimen&, sighting&) override;
  void run_trapped(const fuzz::program&, const sighting&, store_stacks& into) override;

  fuzz::world& the_world() { return *world_; }

 private:
  void run_program(const fuzz::program&, sighting&);
  void run_trial(const fuzz::trial&, sighting&);

  std::string target_;
  std::unique_ptr<fuzz::world> world_;
  std::unique_ptr<fuzz::laboratory> laboratory_;
};

/// The shadow entry that a finding after an access is about, if it does not say itself: the last one on the path of
/// the op's address. False: there is none.
bool entry_on_path(fuzz::world&, const fuzz::op&, unsigned& page, unsigned& index);

}  // namespace umbra::tools
