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

failed=
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
  if [ $status != 0 ] || grep -q FAILED /output; then failed=yes; fi
}
unless_failed() {
  [ -n "$failed" ] || step "$@"
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

/// No program takes 10 seconds of the machine's time, which counts instructions; one that has lost its way takes all of
/// it.
std::string bounded(const std::string& command) { return (command.starts_with("/") ? "timeout 30 " : "") + command; }

}  // namespace

std::string init_script(const std::vector<boot_load>& plan) {
  std::string out = prologue, group;
  for (const boot_load& load : plan) {
    if (load.until_complaint.empty() || load.until_complaint != group) out += "failed=\n";
    group = load.until_complaint;
    const char* step = group.empty() ? "step" : "unless_failed";
    out += fmt::format("{} {}/load 'insmod /{} check={} emulate={}'\n", step, load.name, load.module,
                       load.check ? 1 : 0, load.emulate ? 1 : 0);
    for (const boot_step& s : load.steps) {
      out += fmt::format("{} {}/{} {}\n", step, load.name, s.name, quoted(bounded(s.command)));
    }
    out += fmt::format("[ ! -e /sys/module/umbra ] || step {}/unload 'rmmod umbra'\n", load.name);
  }
  return out + epilogue;
}

}  // namespace umbra::tools
