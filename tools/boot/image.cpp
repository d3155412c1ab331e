#include "tools/boot/image.hpp"

#include <fmt/format.h>

#include <chrono>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// All times in the image, and the machine's when it starts: seconds since 1970.
constexpr long epoch = 946681200;

// `quiet` leaves errors on the console. Without self-tests of ciphers the boot takes half the time. RDRAND and RDSEED
// are the instructions of Bochs that give other results each time.
constexpr const char* boot_menu = R"(default umbra
prompt 0
label umbra
  kernel vmlinuz
  append initrd=initrd console=ttyS0,115200 mitigations=off nokaslr quiet panic=-1 rdinit=/init cryptomgr.notests clearcpuid=rdrand,rdseed
)";

void must(const std::vector<std::string>& words, const fs::path& directory, const fs::path& log) {
  if (run({.words = words,
           .directory = directory,
           .environment = {{"SOURCE_DATE_EPOCH", std::to_string(epoch)}},
           .output = log}) != 0) {
    throw error(fmt::format("{} failed; the end of {}:\n{}", words[0], log.string(), tail(read_file(log), 10)),
                status::broken);
  }
}

void set_times(const fs::path& top) {
  const fs::file_time_type then{
      std::chrono::file_clock::from_sys(std::chrono::sys_seconds{std::chrono::seconds{epoch}})};
  for (const auto& each : fs::recursive_directory_iterator(top)) {
    if (!each.is_symlink()) fs::last_write_time(each.path(), then);
  }
  fs::last_write_time(top, then);
}

void put(const fs::path& from, const fs::path& to) {
  if (!fs::exists(from)) throw error(fmt::format("There is no {}.", from.string()), status::broken);
  fs::create_directories(to.parent_path());
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
}

}  // namespace

fs::path make_image(const image_request& r, const fs::path& work) {
  const fs::path files = work / "initramfs", disk = work / "disk", log = work / "image.log";
  fs::remove_all(files);
  fs::remove_all(disk);
  put("/bin/busybox", files / "bin" / "busybox");
  for (const auto& [name, source] : r.files) {
    put(source, files / name);
    // Debug information is most of a module's size, and section names of its code are in it.
    must({"llvm-strip-19", "--strip-debug", (files / name).string()}, work, log);
  }
  write_file(files / "init", r.init);
  fs::permissions(files / "init", fs::perms::owner_all);
  set_times(files);

  const fs::path boot = disk / "isolinux";
  put(r.kernel, boot / "vmlinuz");
  put("/usr/lib/ISOLINUX/isolinux.bin", boot / "isolinux.bin");
  put("/usr/lib/syslinux/modules/bios/ldlinux.c32", boot / "ldlinux.c32");
  write_file(boot / "isolinux.cfg", boot_menu);
  must({"sh", "-c",
        "find . | LC_ALL=C sort | cpio --quiet --create --format=newc --reproducible --owner=0:0 >" +
            fs::absolute(boot / "initrd").string()},
       files, log);
  set_times(disk);
  const fs::path iso = work / "boot.iso";
  must({"xorriso", "-as", "mkisofs", "-quiet", "-o", fs::absolute(iso).string(), "-b", "isolinux/isolinux.bin", "-c",
        "isolinux/boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "."},
       disk, log);
  return iso;
}

}  // namespace umbra::tools
