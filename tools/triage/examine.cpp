#include "tools/triage/examine.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

std::optional<record> examine(const examination& e, const candidate& c) {
  std::filesystem::create_directories(e.work);
  const std::filesystem::path answer = e.work / "answer.json", log = e.work / "probe.log";
  std::filesystem::remove(answer);
  command how{
      .words = {e.probe.string(), c.file.string(), "--target", c.target, "--out", answer.string(), "--work",
                e.work.string(), "--times", std::to_string(e.times), "--timeout", std::to_string(e.seconds * 1000),
                "--memory", std::to_string(e.megabytes), "--reduce", std::to_string(e.reduce)},
      .environment = {{"ASAN_OPTIONS", "external_symbolizer_path=llvm-symbolizer-19"},
                      {"UBSAN_OPTIONS", "print_stacktrace=1"}},
      .output = log};
  if (!e.engine.empty()) how.words.insert(how.words.end(), {"--on-cpu", e.engine});
  process probe(how);
  // Each of its own steps is limited; this is for the case that these limits fail.
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::seconds((e.times + 6) * (2 * e.seconds + 10) + 2 * e.reduce + 300);
  while (!probe.poll()) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    if (std::chrono::steady_clock::now() > end) {
      throw error(fmt::format("The probe did not come to an end with {}.", c.file.string()), status::broken);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (*probe.poll() != 0 || !std::filesystem::exists(answer)) {
    throw error(fmt::format("The probe failed with {}: {}", c.file.string(), tail(read_file(log), 3)), status::broken);
  }
  const auto j = nlohmann::json::parse(read_file(answer), nullptr, false);
  if (!j.contains("finding")) return std::nullopt;
  record r = record_of(j);
  r.cut = is_cut(c);
  return r;
}

}  // namespace umbra::tools
