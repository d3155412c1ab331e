#include "tools/bugs/hunt.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

hunted hunt(const fs::path& binary, const fs::path& seeds, const fs::path& work, std::uint32_t seed, unsigned seconds,
            const std::vector<std::string>& flags) {
  fs::remove_all(work);
  fs::create_directories(work / "corpus");
  hunted result;
  result.seed = seed;
  const auto began = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  // How long the engine may take for it: on a machine with much else to do, a process gets a twentieth of a processor.
  const unsigned longest = 60 + 20 * seconds;
  std::vector<std::string> all_flags{"-reload=0"};
  all_flags.insert(all_flags.end(), flags.begin(), flags.end());
  job j({.binary = binary,
         .work = work,
         .name = "hunt",
         .corpus = work / "corpus",
         .seeds = {seeds},
         .seconds = longest,
         .seed = seed,
         .flags = all_flags});
  bool enough = false;
  while (!j.poll()) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    if (elapsed() > longest + 30)
      throw error(fmt::format("The hunt in {} did not end in time.", work.string()), status::broken);
    if (!enough && j.cpu_seconds() >= seconds) {
      enough = true;
      j.stop();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  result.seconds = j.cpu_seconds();
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
