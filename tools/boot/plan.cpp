#include "tools/boot/plan.hpp"

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

boot_step two_vcpus() { return guest("two_vcpus", "--vcpus 2 "); }

std::vector<boot_step> paging_guests(unsigned processors) {
  return {level4(processors), guest("bits32", move(processors)), two_vcpus()};
}

std::vector<boot_step> guests(unsigned processors) {
  std::vector<boot_step> all = paging_guests(processors);
  all.push_back(guest("devices", move(processors)));
  all.push_back(guest("real", move(processors) + "--reset "));
  all.push_back(guest("events", move(processors)));
  return all;
}

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
  checked.steps.push_back({"abuse", "/umbra-abuse", expected("abuse")});
  boot_load unchecked{.name = "unchecked", .module = "umbra.ko", .check = false, .steps = guests(processors)};
  if (processors > 1) unchecked.steps.push_back(hotplug());
  const boot_load unemulated{
      .name = "unemulated", .module = "umbra.ko", .emulate = false, .steps = {level4(processors), two_vcpus()}};
  return {checked, unchecked, unemulated};
}

std::vector<boot_load> mutant_loads(const std::string& id, unsigned processors) {
  const std::string module = "umbra-" + id + ".ko";
  return {
      {.name = id, .module = module, .steps = paging_guests(processors), .until_complaint = id},
      {.name = id + "-unemulated", .module = module, .emulate = false, .steps = {two_vcpus()}, .until_complaint = id}};
}

}  // namespace umbra::tools
