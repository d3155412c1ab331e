#include "tools/triage/probe/specimen.hpp"

#include <memory>

#include "fuzz/ops/text.hpp"
#include "fuzz/properties/simpler.hpp"
#include "fuzz/trial/text.hpp"
#include "tools/triage/probe/simpler_trial.hpp"

namespace umbra::tools {

std::string specimen::text() const { return trial() ? fuzz::to_text(*trial()) : fuzz::to_text(*program()); }

std::size_t specimen::size() const { return trial() ? trial()->length : program()->ops.size(); }

std::function<std::optional<specimen>()> specimen::simpler() const {
  if (const fuzz::trial* t = trial()) {
    return [all = simpler_trials(*t), next = std::size_t{0}]() mutable -> std::optional<specimen> {
      if (next == all.size()) return std::nullopt;
      return specimen(all[next++]);
    };
  }
  auto sequence = std::make_shared<rc::Seq<fuzz::program>>(fuzz::properties::simpler(*program()));
  return [sequence]() -> std::optional<specimen> {
    auto next = sequence->next();
    if (!next) return std::nullopt;
    return specimen(std::move(*next));
  };
}

}  // namespace umbra::tools
