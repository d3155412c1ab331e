#include "tools/mutate/ledger.hpp"

#include <fmt/format.h>

#include <set>

#include "tools/cli/tree.hpp"
#include "tools/mutate/digest.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

std::string state_of_tree(const std::string& how) {
  std::set<fs::path> files;
  for (const char* folder : {"core", "models", "fuzz", "proofs", "cmake", "corpus/seeds", "corpus/regressions",
                             "corpus/exit", "corpus/emulate"}) {
    for (const auto& e : fs::recursive_directory_iterator(root() / folder)) {
      if (e.is_regular_file()) files.insert(e.path());
    }
  }
  std::uint64_t d = digest(how);
  for (const fs::path& f : files) d = digest(read_file(f), digest(f.lexically_relative(root()).generic_string(), d));
  return fmt::format("{:016x}", spread(d));
}

std::optional<fate> ledger::find(const mutation& m) const {
  if (!fs::exists(file(m))) return std::nullopt;
  return from_line(read_file(file(m)), m);
}

void ledger::keep(const fate& f) const {
  // In one step: whoever stops us leaves the whole of it, or nothing.
  const fs::path half = file(f.subject).string() + ".new";
  write_file(half, to_line(f) + "\n");
  fs::rename(half, file(f.subject));
}

}  // namespace umbra::tools
