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

std::vector<boot_step> guests(unsigned processors) {
  const std::string move = processors > 1 ? "--move " : "";
  return {guest("level4", move), guest("bits32", move), guest("two_vcpus", "--vcpus 2 ")};
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
  boot_load checked{"checked", "umbra.ko", true, guests(processors)};
  checked.steps.push_back({"abuse", "/umbra-abuse", expected("abuse")});
  boot_load unchecked{"unchecked", "umbra.ko", false, guests(processors)};
  if (processors > 1) unchecked.steps.push_back(hotplug());
  return {checked, unchecked};
}

boot_load mutant_load(const std::string& id, unsigned processors) {
  return {id, "umbra-" + id + ".ko", true, guests(processors)};
}

}  // namespace umbra::tools
