// Runs the emulated machine.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace umbra::tools {

struct bochs_request {
  std::filesystem::path image = {};
  std::string cpu = "broadwell_ult";  ///< has SMEP and SMAP
  unsigned processors = 1;
  unsigned seconds = 600;  ///< after so many it is stopped
};

struct bochs_run {
  std::string said;  ///< over the serial line
  double cpu_seconds = 0;
};

/// Boots; what comes over the serial line is also left in `work`/serial.txt, and `line` is told of each line as it
/// comes. It may have ended early: the text shows. Throws `error` if Bochs cannot be started.
bochs_run run_bochs(const bochs_request&, const std::filesystem::path& work,
                    const std::function<void(std::string_view)>& line);

}  // namespace umbra::tools
