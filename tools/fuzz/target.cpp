#include "tools/fuzz/target.hpp"

#include <fmt/format.h>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

std::string raw_program(const fs::path& file) { return raw_of(load(file).program); }
std::string text_of_program(const fs::path& file) { return fuzz::to_text(load(file).program); }
std::string raw_trial(const fs::path& file) { return raw_of(load_trial(file).trial); }
std::string text_of_trial(const fs::path& file) { return fuzz::to_text(load_trial(file).trial); }

fuzz_target of_programs() {
  return {.name = "mmu",
          .corpus = "",
          .extension = ".ops",
          .flags = {},
          .mutator = "umbra-mutator-mmu",
          .rooms = {"core/mmu/"},
          .lines = 98,
          .arms = 95,
          .among_all = true,
          .deep = true,
          .raw_of_file = raw_program,
          .text_of_file = text_of_program};
}

fuzz_target of_exits() {
  fuzz_target t = of_programs();
  t.name = "exit";
  t.corpus = "exit";
  t.mutator = "umbra-mutator-exit";
  t.by_exits = true;
  t.rooms = {"core/vcpu/", "core/vmx/"};
  t.lines = 97;
  t.arms = 92;
  t.deep = false;
  return t;
}

fuzz_target of_trials(const std::string& name, bool among_all) {
  // An input is one instruction: how often an edge is taken says little, and rare ones are met soon enough. Unicorn
  // keeps memory from input to input, and would have all of it searched for leaks each time.
  return {.name = name,
          .corpus = "emulate",
          .extension = ".insn",
          .flags = {"-use_counters=0", "-entropic=0", "-detect_leaks=0"},
          .mutator = "umbra-mutator-emulate",
          .rooms = {"core/emulate/", "core/io/"},
          .lines = 97,
          .arms = 92,
          .among_all = among_all,
          .raw_of_file = raw_trial,
          .text_of_file = text_of_trial};
}

}  // namespace

fs::path fuzz_target::seeds() const { return root() / "corpus" / corpus / "seeds"; }
fs::path fuzz_target::regressions() const { return root() / "corpus" / corpus / "regressions"; }

const std::vector<fuzz_target>& fuzz_targets() {
  static const std::vector<fuzz_target> all{of_programs(), of_exits(), of_trials("emulate", true),
                                            of_trials("emulate-alone", false)};
  return all;
}

std::vector<std::string> fuzz_target_names() {
  std::vector<std::string> names;
  for (const fuzz_target& t : fuzz_targets()) names.push_back(t.name);
  return names;
}

const fuzz_target& fuzz_target_named(std::string_view name) {
  for (const fuzz_target& t : fuzz_targets()) {
    if (t.name == name) return t;
  }
  throw error(fmt::format("There is no fuzz target '{}'.", name));
}

}  // namespace umbra::tools
