#include "tools/bugs/hunt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

hunted hunt(const hunter& who, const fs::path& seeds, const fs::path& work, std::uint32_t seed, unsigned seconds) {
  const bool afl = who.engine == fuzz_engine::afl;
  fs::remove_all(work);
  fs::create_directories(work / "corpus");
  hunted result;
  result.seed = seed;
  const auto began = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  // How long the engine may take for it: on a machine with much else to do, a process gets a twentieth of a processor.
  const unsigned longest = 60 + 20 * seconds;
  std::vector<std::string> all_flags{"-reload=0"};
  all_flags.insert(all_flags.end(), who.flags.begin(), who.flags.end());
  // AFL++ has a queue of its own, which is thrown away.
  job j({.binary = who.binary,
         .work = work,
         .name = "hunt",
         .corpus = afl ? fs::path() : work / "corpus",
         .seeds = {seeds},
         .seconds = longest,
         .seed = seed,
         .flags = all_flags,
         .engine = who.engine,
         .mutator = who.mutator});
  bool enough = false;
  while (!j.poll()) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    if (elapsed() > longest + 30)
      throw error(fmt::format("The hunt in {} did not end in time.", work.string()), status::broken);
    // With AFL++ the target is a process of its own, and who it is takes a look at all that run.
    result.seconds = std::max(result.seconds, afl ? j.family_cpu_seconds() : j.cpu_seconds());
    if (!enough && result.seconds >= seconds) {
      enough = true;
      j.stop();
    }
    const double pause = afl ? std::clamp(elapsed() / 20, 0.01, 0.1) : 0.01;
    std::this_thread::sleep_for(std::chrono::duration<double>(pause));
  }
  result.seconds = std::max(result.seconds, j.cpu_seconds());
  result.executions = j.live().executions;
  if (!enough || j.live().finding_id[0] != '\0') result.finding = j.finding();
  return result;
}

bool starts(const fs::path& binary, const fs::path& work) {
  fs::create_directories(work);
  write_file(work / "empty", "");
  return run({.words = {binary.string(), (work / "empty").string()},
              .directory = work,
              .output = work / "empty.log"}) == 0;
}

}  // namespace umbra::tools
