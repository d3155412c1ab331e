// The checker in umbra.ko as a hunter of planted bugs: each is booted on the emulated VMX processor of ./umbra boot.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tools/boot/machine.hpp"
#include "tools/boot/table.hpp"
#include "tools/bugs/mutant.hpp"
#include "tools/bugs/workshop.hpp"

namespace umbra::tools {

struct kernel_result {
  enum class answer : unsigned char {
    unasked,
    outside,    ///< umbra.ko is the same with the bug in the tree
    unreached,  ///< umbra did for each guest of one vCPU what it does without the bug
    missed,     ///< it did something else, and nobody noticed
    noticed,
    broken,  ///< no answer
  };
  answer is = answer::unasked;
  std::string noticed_by = {};  ///< "I3", "assertion", or "guest": what it printed was wrong, or the kernel's log was
  std::string words = {};       ///< what was said of it, or why there is no answer
  double seconds = 0;           ///< of a processor's time, for the boot
};

std::string name_of(kernel_result::answer);

/// The first thing that umbra did for a guest of one vCPU otherwise than without the bug; "" if there is none.
std::string other_deed(const std::vector<measured>& clean, const std::vector<measured>& now);

class kernel_bench {
 public:
  /// Keeps its files in `work`; what it has built stays there from one session to the next.
  explicit kernel_bench(std::filesystem::path work);

  /// Builds umbra.ko with the bug and runs all guests, checked. One at a time.
  kernel_result hunt(const mutant&);

 private:
  kernel_result boot(const std::filesystem::path& module, std::vector<measured>& figures);
  /// The tree as it is.
  kernel_result look_at_clean();

  std::filesystem::path work_;
  boot_machine machine_;
  workshop shop_;
  std::optional<kernel_result> clean_;
  std::vector<measured> clean_figures_;
};

}  // namespace umbra::tools
