#include "tools/ops/input.hpp"

#include "tools/fuzz/target.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {

void input::ask(CLI::App& verb) {
  verb.add_option("FILE", file, "Its first line says umbra-ops or umbra-instruction, or it is a raw fuzz input")
      ->required();
  verb.add_option("--target", target, "Whose input it is, if raw")
      ->check(CLI::IsMember(fuzz_target_names()))
      ->capture_default_str();
}

bool input::is_trial() const {
  return holds_trial_text(file) || (fuzz_target_named(target).trials() && !holds_program_text(file));
}

std::string input::owner() const {
  const bool trial = is_trial();
  if (trial == fuzz_target_named(target).trials()) return target;
  return trial ? "emulate" : "mmu";
}

}  // namespace umbra::tools
