// What the emulated machine said on its serial line, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace umbra::tools {

/// The kernel's log from the beginning of one part of the boot to the next.
struct log_part {
  std::string name;
  std::vector<std::string> lines;  ///< without time stamps
};

struct boot_section {
  std::string name;
  std::vector<std::string> lines;
  std::optional<int> status;  ///< none: it did not end
};

class journal {
 public:
  explicit journal(std::string_view serial);

  bool up() const { return up_; }      ///< init has started
  bool over() const { return over_; }  ///< init has come to its end
  /// Null if it did not begin.
  const boot_section* find(std::string_view name) const;
  const std::vector<boot_section>& sections() const { return sections_; }
  /// Empty if the kernel's log was not reached.
  std::vector<log_part> kernel_log() const;
  /// What stands outside of all sections: the kernel's own words on the console.
  const std::vector<std::string>& console() const { return console_; }

 private:
  bool up_ = false, over_ = false;
  std::vector<boot_section> sections_;
  std::vector<std::string> console_;
};

}  // namespace umbra::tools
