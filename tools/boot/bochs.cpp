#include "tools/boot/bochs.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// The clock counts instructions, so that two boots are alike.
std::string configuration(const bochs_request& r, const fs::path& work) {
  return fmt::format(
      "cpu: model={}, count={}, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=1\n"
      "memory: guest=256, host=256\n"
      "romimage: file=/usr/share/bochs/BIOS-bochs-latest\n"
      "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n"
      "ata0-master: type=cdrom, path={}, status=inserted\n"
      "boot: cdrom\n"
      "clock: sync=none, time0=946681200, rtc_sync=0\n"
      "com1: enabled=1, mode=file, dev={}\n"
      "display_library: rfb, options=\"timeout=0\"\n"
      "log: {}\n",
      r.cpu, r.processors, r.image.string(), (work / "serial.txt").string(), (work / "bochs.log").string());
}

/// Follows a file that grows.
class follower {
 public:
  explicit follower(fs::path file) : file_(std::move(file)) {}

  void look(const std::function<void(std::string_view)>& line) {
    std::ifstream in(file_, std::ios::binary);
    if (!in) return;
    in.seekg(static_cast<std::streamoff>(text_.size()));
    text_.append(std::istreambuf_iterator<char>{in}, {});
    for (std::size_t end; (end = text_.find('\n', told_)) != std::string::npos; told_ = end + 1) {
      line(std::string_view(text_).substr(told_, end - told_));
    }
  }
  const std::string& text() const { return text_; }

 private:
  fs::path file_;
  std::string text_;
  std::size_t told_ = 0;
};

}  // namespace

bochs_run run_bochs(const bochs_request& r, const fs::path& work, const std::function<void(std::string_view)>& line) {
  const fs::path serial = work / "serial.txt";
  fs::remove(serial);
  write_file(work / "bochsrc", configuration(r, work));
  write_file(work / "continue", "c\n");  // the packaged Bochs is the debugger build
  process machine({.words = {"bochs-bin", "-q", "-f", (work / "bochsrc").string(), "-rc", (work / "continue").string()},
                   .directory = work,
                   .output = work / "bochs.out"});
  follower said(serial);
  const auto began = std::chrono::steady_clock::now();
  bool ended = false;
  while (!ended) {
    ended = machine.poll().has_value();
    said.look(line);
    if (interrupted()) throw error("Interrupted.", status::broken);
    const auto elapsed = std::chrono::steady_clock::now() - began;
    if (elapsed > std::chrono::seconds(r.seconds)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (said.text().empty()) {
    throw error(fmt::format("Bochs said nothing; the end of {}:\n{}", (work / "bochs.out").string(),
                            tail(read_file(work / "bochs.out"), 5)),
                status::broken);
  }
  return {said.text(), machine.cpu_seconds()};
}

}  // namespace umbra::tools
