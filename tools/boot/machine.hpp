// The emulated machine with all that a boot takes: a kernel, umbra's own programs and its guests.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/boot/bochs.hpp"
#include "tools/boot/kernel.hpp"
#include "tools/boot/plan.hpp"

namespace umbra::tools {

class boot_machine {
 public:
  /// Builds umbra.ko and the programs, and fetches the kernel; `like` says what machine it is. Keeps its files in `work`.
  boot_machine(std::filesystem::path work, bochs_request like);

  const std::string& kernel() const { return kernel_.version; }
  const bochs_request& hardware() const { return like_; }
  /// Boots once and carries out a plan, whose modules are files by their names there. `step` is told of each part as it
  /// begins.
  bochs_run run(const std::vector<boot_load>&, const std::map<std::string, std::filesystem::path>& modules,
                const std::function<void(std::string_view)>& step);

 private:
  std::filesystem::path work_;
  bochs_request like_;
  boot_kernel kernel_;
};

}  // namespace umbra::tools
