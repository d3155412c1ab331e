// Tells what a world does, while it does it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "fuzz/world/world.hpp"
#include "tools/run/paper.hpp"

namespace umbra::tools {

class narrator : public fuzz::observer {
 public:
  narrator(fuzz::world& w, paper& p) : world_(w), paper_(p) {}

  /// From now on each op ends with a drawing of the tables.
  void draw(bool on) { draws_ = on; }
  /// The last one, or null.
  const nlohmann::json& drawing() const { return drawing_; }

  void begins(std::size_t number, const fuzz::op&) override;
  void enters(unsigned vcpu, mmu::verdict) override;
  void exits(const fuzz::exit_event&) override;
  void emulates(std::uint64_t gva, mmu::verdict) override;
  void expects(std::uint64_t gva, const reference::translation&) override;
  void accessed(const fuzz::op&, const fuzz::outcome&) override;
  void answered(bool taken, const char* note) override;
  void ends(std::size_t number, const fuzz::op&, const fuzz::finding*) override;

 private:
  struct stake {
    unsigned vcpu;
    std::uint64_t gva;
  };

  void show_effects();
  void show_verdicts(const fuzz::op&, const fuzz::finding*);

  fuzz::world& world_;
  paper& paper_;
  machine::counters before_{};
  mmu::statistics core_before_{};
  std::array<machine::controls, fuzz::world::vcpus> controls_{};
  std::size_t stores_ = 0;
  bool accessed_ = false;
  std::optional<stake> stake_;
  bool draws_ = false;
  nlohmann::json drawing_ = nullptr;
};

}  // namespace umbra::tools
