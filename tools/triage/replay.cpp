#include "tools/triage/replay.hpp"

#include <fmt/format.h>

#include "fuzz/ops/codec.hpp"
#include "fuzz/ops/text.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/target.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// A death is another one's if the sanitizer that saw it is not there.
bool needs_sanitizers(const std::string& id) { return id == "sanitizer" || id == "leak" || id == "memory"; }

/// What a fuzz target says when it dies: the id of a finding as in a record, or "" if it says nothing that is known.
std::string id_in(const std::string& log) {
  constexpr std::string_view mark = "umbra: finding ";
  if (const std::size_t at = log.find(mark); at != std::string::npos) {
    const std::size_t from = at + mark.size();
    return log.substr(from, log.find(':', from) - from);
  }
  if (log.find("ERROR: libFuzzer: timeout") != std::string::npos) return "timeout";
  if (log.find("ERROR: libFuzzer: out-of-memory") != std::string::npos) return "memory";
  if (log.find("LeakSanitizer: detected") != std::string::npos) return "leak";
  if (log.find("runtime error: ") != std::string::npos || log.find("ERROR: AddressSanitizer") != std::string::npos) {
    return "sanitizer";
  }
  return log.find("ERROR: libFuzzer: deadly signal") != std::string::npos ? "crash" : "";
}

}  // namespace

replay::replay(const record& r, fs::path tree, fs::path made)
    : what_(r), tree_(std::move(tree)), made_(std::move(made)), program_(fuzz_target_named(r.target).program()) {
  fs::create_directories(made_);
  const fs::path text = made_ / (std::string("minimal") + r.extension());
  write_file(text, r.minimal);
  raw_ = fuzz_target_named(r.trial ? "emulate" : "mmu").raw_of_file(text);
  input_ = made_ / "minimal.raw";
  write_file(input_, raw_);
}

/// What a later version of the raw form says, an older decoder takes for something else.
bool replay::knows_the_input() {
  if (what_.trial) return true;
  const auto says = [&](const char* file, const char* word) {
    return fs::exists(tree_ / file) && read_file(tree_ / file).find(word) != std::string::npos;
  };
  const char version = raw_.empty() ? '\1' : raw_[0];
  if (version == '\2') return says("fuzz/op.hpp", "write_undecodable");
  if (version == '\3') return says("fuzz/ops/raw_v3.hpp", "namespace");
  return says("fuzz/op.hpp", "enum class kind");
}

bool replay::build() {
  const fs::path log = made_ / "build.log";
  std::vector<std::string> configure{
      "cmake",
      "-S",
      tree_.string(),
      "-B",
      made_.string(),
      "-G",
      "Ninja",
      "-DCMAKE_C_COMPILER=clang-19",
      "-DCMAKE_CXX_COMPILER=clang++-19",
      "-DCMAKE_BUILD_TYPE=Release",
      "-DCMAKE_CXX_FLAGS_RELEASE=-O2",
      what_.target == "emulate" ? "-DUMBRA_FLAVOUR=host" : "-DUMBRA_FLAVOUR=replay",
      needs_sanitizers(what_.id) ? "-DUMBRA_SANITIZE=address,undefined" : "-DUMBRA_SANITIZE="};
  return run({.words = configure, .output = log}) == 0 &&
         run({.words = {"cmake", "--build", made_.string(), "--target", program_}, .output = log}) == 0;
}

judgement replay::judge() {
  if (!knows_the_input()) {
    reason_ = "its fuzz targets do not know this kind of input";
    return judgement::unknown;
  }
  if (!build()) {
    reason_ = "it does not build";
    return judgement::unknown;
  }
  const fs::path log = made_ / "run.log";
  const bool well = run({.words = {(made_ / "fuzz/targets" / program_).string(), "-timeout=10", "-rss_limit_mb=4096",
                                   "-artifact_prefix=" + (made_ / "replay-").string(), input_.string()},
                         .directory = made_,
                         .environment = {{"UMBRA_CHECK", "each"}},
                         .output = log}) == 0;
  if (well) {
    reason_ = "ends well";
    return judgement::good;
  }
  const std::string id = id_in(read_file(log));
  reason_ = "shows " + (id.empty() ? "something unknown" : id);
  return id == what_.id ? judgement::bad : judgement::unknown;
}

}  // namespace umbra::tools
