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
  std::vector<std::string> all_flags{"-reload=0"};
  all_flags.insert(all_flags.end(), flags.begin(), flags.end());
  job j({.binary = binary,
         .work = work,
         .name = "hunt",
         .corpus = work / "corpus",
         .seeds = {seeds},
         .seconds = seconds,
         .seed = seed,
         .flags = all_flags});
  while (!j.poll()) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    if (elapsed() > seconds + 30)
      throw error(fmt::format("The hunt in {} did not end in time.", work.string()), status::broken);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  result.seconds = elapsed();
  result.executions = j.live().executions;
  result.finding = j.finding();
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
