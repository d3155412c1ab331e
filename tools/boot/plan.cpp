#include "tools/boot/plan.hpp"

#include <fmt/format.h>

#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

std::filesystem::path expected(const std::string& name) {
  return root() / "tools" / "vmm" / "expected" / (name + ".txt");
}

boot_step guest(const std::string& name, const std::string& options) {
  return {name, "/umbra-vmm " + options + "/guests/" + name + ".elf", expected(name)};
}

std::string move(unsigned processors) { return processors > 1 ? "--move " : ""; }

boot_step level4(unsigned processors) { return guest("level4", move(processors)); }

/// A guest of 64 or 32 bits whose every step is drawn, by a seed of its own.
boot_step storm(const char* bits, unsigned seed) {
  const std::string name = fmt::format("storm{}", bits);
  boot_step s = guest(name, fmt::format("--open-bus --seed {} ", seed));
  s.name = fmt::format("{}-{}", name, seed);
  return s;
}

void add_storms(boot_load& load, unsigned seed) {
  load.steps.push_back(storm("64", seed));
  load.steps.push_back(storm("32", seed));
}

boot_step two_vcpus() { return guest("two_vcpus", "--vcpus 2 "); }

/// The only seed of boots that are compared with each other.
constexpr unsigned usual_seed = 1, more_seeds = 6;

std::vector<boot_step> guests(unsigned processors) {
  return {level4(processors),
          guest("bits32", move(processors)),
          storm("64", usual_seed),
          storm("32", usual_seed),
          guest("devices", move(processors)),
          guest("real", move(processors) + "--reset "),
          guest("events", move(processors)),
          guest("refusals", move(processors)),
          two_vcpus()};
}

boot_step abuse() { return {"abuse", "/umbra-abuse", expected("abuse")}; }

/// The second processor goes while two vCPUs run, and comes back.
boot_step hotplug() {
  return {"hotplug",
          "{ /umbra-vmm --vcpus 2 /guests/two_vcpus.elf & } && usleep 100000 && "
          "echo 0 >/sys/devices/system/cpu/cpu1/online && wait $! && "
          "/umbra-vmm /guests/bits32.elf >/dev/null && "
          "echo 1 >/sys/devices/system/cpu/cpu1/online && "
          "/umbra-vmm --move /guests/bits32.elf >/dev/null",
          expected("two_vcpus")};
}

}  // namespace

std::vector<boot_load> full_plan(unsigned processors) {
  boot_load checked{.name = "checked", .module = "umbra.ko", .steps = guests(processors)};
  checked.steps.push_back(abuse());
  boot_load unchecked{.name = "unchecked", .module = "umbra.ko", .check = false, .steps = guests(processors)};
  if (processors > 1) unchecked.steps.push_back(hotplug());
  const boot_load unemulated{
      .name = "unemulated", .module = "umbra.ko", .emulate = false, .steps = {level4(processors), two_vcpus()}};
  return {checked, unchecked, unemulated};
}

std::vector<boot_load> storm_plan(const std::vector<unsigned>& seeds) {
  boot_load checked{.name = "checked", .module = "umbra.ko", .steps = {}};
  for (const unsigned seed : seeds) add_storms(checked, seed);
  return {checked};
}

std::vector<boot_load> mutant_loads(const std::string& id, unsigned processors) {
  const std::string module = "umbra-" + id + ".ko";
  boot_load first{.name = id, .module = module, .steps = guests(processors), .until_complaint = id};
  first.steps.push_back(abuse());
  const boot_load second{
      .name = id + "-unemulated", .module = module, .emulate = false, .steps = {two_vcpus()}, .until_complaint = id};
  // What a guest sees is judged by the guest. Checks are most of what a storm costs, so that without them more can be
  // had.
  boot_load third{.name = id + "-unchecked", .module = module, .check = false, .steps = {}, .until_complaint = id};
  for (unsigned seed = usual_seed + 1; seed <= usual_seed + more_seeds; ++seed) add_storms(third, seed);
  return {first, second, third};
}

}  // namespace umbra::tools
