#include "tools/boot/kernel.hpp"

#include <fmt/format.h>

#include <fstream>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// What CMake chose when it configured the module.
std::string headers_in_use() {
  std::ifstream cache(build_directory("kernel-object") / "CMakeCache.txt");
  const std::string key = "UMBRA_KERNEL_HEADERS:PATH=";
  for (std::string line; std::getline(cache, line);) {
    if (line.starts_with(key)) return line.substr(key.size());
  }
  return "";
}

void must(const command& c, const std::string& sentence) {
  if (run(c) != 0) throw error(fmt::format("{}; {} has the whole story.", sentence, c.output.string()), status::broken);
}

}  // namespace

boot_kernel fetch_kernel(const fs::path& work) {
  const std::string headers = fs::path(headers_in_use()).filename().string(), prefix = "linux-headers-";
  if (!headers.starts_with(prefix)) {
    throw error("There are no kernel headers to build umbra.ko with; install linux-headers-cloud-amd64.",
                status::broken);
  }
  boot_kernel kernel{headers.substr(prefix.size()), {}};
  const fs::path place = work / "kernel" / kernel.version;
  kernel.image = place / "boot" / ("vmlinuz-" + kernel.version);
  if (fs::exists(kernel.image)) return kernel;

  fs::remove_all(place);
  fs::create_directories(place);
  const std::string package = "linux-image-" + kernel.version;
  fmt::print("umbra: fetching {}\n", package);
  std::fflush(stdout);
  must({.words = {"apt-get", "download", package}, .directory = place, .output = work / "fetch.log"},
       fmt::format(
           "apt-get cannot fetch {} (apt-get install linux-headers-cloud-amd64 brings headers of the current one)",
           package));
  for (const auto& entry : fs::directory_iterator(place)) {
    if (entry.path().extension() != ".deb") continue;
    must({.words = {"dpkg", "-x", entry.path().string(), place.string()}, .output = work / "unpack.log"},
         fmt::format("{} cannot be unpacked", entry.path().string()));
  }
  if (!fs::exists(kernel.image)) throw error(fmt::format("{} holds no kernel image.", package), status::broken);
  return kernel;
}

}  // namespace umbra::tools
