#include "tools/boot/script.hpp"

#include <fmt/format.h>

namespace umbra::tools {

namespace {

// A step's output goes through a file, so that the kernel's own lines do not fall into the middle of it. The pages that
// are pinned and let go are counted for each processor by itself, and summed when somebody asks.
constexpr const char* prologue = R"(#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev

begin() {
  echo "@boot begin $1"
  echo "umbra-boot: $1" >/dev/kmsg
}
step() {
  begin "$1"
  eval "$2" >/output 2>&1
  status=$?
  cat /output
  echo "@boot end $1 $status"
}

echo "@boot up"
)";

constexpr const char* epilogue = R"(
echo 1 >/proc/sys/vm/stat_refresh
begin pins
grep nr_foll_pin /proc/vmstat
echo "@boot end pins $?"
echo "@boot begin log"
dmesg
echo "@boot end log $?"
echo "@boot over"
sleep 1
poweroff -f
)";

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string init_script(const std::vector<boot_load>& plan) {
  std::string out = prologue;
  for (const boot_load& load : plan) {
    out += fmt::format("step {0}/load 'insmod /{1} check={2} emulate={3}'\n", load.name, load.module,
                       load.check ? 1 : 0, load.emulate ? 1 : 0);
    for (const boot_step& s : load.steps) {
      out += fmt::format("step {}/{} {}\n", load.name, s.name, quoted(s.command));
    }
    out += fmt::format("step {}/unload 'rmmod umbra'\n", load.name);
  }
  return out + epilogue;
}

}  // namespace umbra::tools
