// Runs the emulated machine.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace umbra::tools {

struct bochs_request {
  std::filesystem::path image;
  std::string cpu = "corei7_haswell_4770";
  unsigned processors = 1;
  unsigned seconds = 600;  ///< after so many it is stopped
};

/// Boots, and returns what came over the serial line, which is also left in `work`/serial.txt. `line` is told of each
/// line as it comes. It may have ended early: the text shows. Throws `error` if Bochs cannot be started.
std::string run_bochs(const bochs_request&, const std::filesystem::path& work,
                      const std::function<void(std::string_view)>& line);

}  // namespace umbra::tools
