// What runs in the emulated machine: modules that are loaded one after the other, and under each some steps.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace umbra::tools {

struct boot_step {
  std::string name;                     ///< one word, unique under its load
  std::string command;                  ///< for the emulated machine's shell
  std::filesystem::path expected = {};  ///< a file with what it must print, figures apart; none: anything
};

struct boot_load {
  std::string name;                   ///< one word: "checked", "unchecked", a mutant's id
  std::string module;                 ///< the file's name in the emulated machine
  bool check = true, emulate = true;  ///< the module's parameters
  std::vector<boot_step> steps;
  /// Of loads with one name here, one after the other, what follows the first complaint is left out; "": nothing is.
  std::string until_complaint = {};
};

/// Everything that umbra promises: guests under live checks, a VMM that means ill, processors that come and go; the
/// guests again without checks, for figures; and under checks once more, with no instruction emulated.
std::vector<boot_load> full_plan(unsigned processors);
/// Storms alone, under live checks.
std::vector<boot_load> storm_plan(const std::vector<unsigned>& seeds);
/// Checked runs of everything, with one mutant's module: it is to show in one of them. A guest's tables come and go far
/// more often where no write to them is emulated.
std::vector<boot_load> mutant_loads(const std::string& id, unsigned processors);

}  // namespace umbra::tools
