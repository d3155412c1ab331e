// The emulated machines: command lines for QEMU's TCG; configuration and boot disk for Bochs.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "fuzz/guest/host/engine.hpp"

namespace umbra::opguest {
namespace {

constexpr machine all[] = {
    {engine_kind::qemu, "40-bits", "max", 40},
    {engine_kind::qemu, "52-bits", "max,phys-bits=52", 15},
    {engine_kind::qemu, "46-bits", "max,phys-bits=46", 10},
    {engine_kind::qemu, "36-bits", "max,phys-bits=36", 10},
    {engine_kind::qemu, "32-bits", "max,phys-bits=32", 10},
    {engine_kind::qemu, "small-pages", "max,pdpe1gb=off", 5},
    {engine_kind::qemu, "no-long-mode", "max,lm=off", 5},
    {engine_kind::qemu, "no-smep-smap", "max,smep=off,smap=off", 5},
    {engine_kind::bochs, "skylake", "corei7_skylake_x", 70},
    {engine_kind::bochs, "haswell", "corei7_haswell_4770", 20},
    {engine_kind::bochs, "penryn", "core2_penryn_t9600", 10},
};

constexpr std::size_t sector = 512;
constexpr std::size_t image_sectors = 240;  ///< program/disk.S says the same

std::string content_of(const std::filesystem::path& path) {
  std::ifstream from{path, std::ios::binary};
  if (!from) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>{from}, {}};
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream to{path, std::ios::binary};
  if (!(to << content) || !to.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// The disk that program/disk.S describes.
std::string disk_image(const std::filesystem::path& program, const task& work) {
  const auto directory = program.parent_path();
  std::string disk = content_of(directory / "disk.bin");
  disk += work.command_line();
  disk.resize(2 * sector);
  const std::string image = content_of(std::filesystem::path{program}.replace_extension("bin"));
  if (image.size() > image_sectors * sector)
    throw std::runtime_error(program.stem().string() + ".bin outgrew what the boot sector loads");
  disk += image;
  disk.resize(std::size_t{16} * 63 * 20 * sector);
  return disk;
}

}  // namespace

std::span<const machine> machines() { return all; }

std::span<const machine> bochs_machines() {
  const auto first = std::ranges::find(all, engine_kind::bochs, &machine::engine);
  return {first, std::end(all)};
}

std::string task::command_line() const { return fmt::format("seed={} first={} count={}", seed, first, count); }

/// Memory: 1 GiB below 4 GiB, the rest from there on (shared/layout.hpp).
std::vector<std::string> qemu_command(const machine& on, const std::string& program, const task& work) {
  return {"qemu-system-x86_64",
          "-accel",
          "tcg,tb-size=64",
          "-machine",
          "pc,max-ram-below-4g=1G",
          "-m",
          "3088M",
          "-cpu",
          std::string{on.cpu},
          "-display",
          "none",
          "-nodefaults",
          "-no-reboot",
          "-debugcon",
          "stdio",
          "-device",
          "isa-debug-exit,iobase=0xf4",
          "-kernel",
          program,
          "-append",
          work.command_line()};
}

/// Memory: 1 GiB, nothing far. The packaged Bochs is the debugger build, so it is told to continue.
std::vector<std::string> bochs_command(const machine& on, const std::filesystem::path& program, const task& work,
                                       const std::filesystem::path& scratch) {
  const std::string at = scratch.string();
  write_file(scratch / "disk.img", disk_image(program, work));
  write_file(scratch / "go.dbg", "c\n");
  write_file(scratch / "bochsrc",
             fmt::format("cpu: model={}, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=0\n"
                         "memory: guest=1024, host=1024\n"
                         "romimage: file=/usr/share/bochs/BIOS-bochs-latest\n"
                         "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n"
                         "ata0-master: type=disk, path={}/disk.img, mode=flat, cylinders=20, heads=16, spt=63\n"
                         "boot: disk\n"
                         "clock: sync=none, time0=946681200\n"
                         "display_library: rfb, options=\"timeout=0\"\n"
                         "port_e9_hack: enabled=1\n"
                         "log: {}/log\n",
                         on.cpu, at, at));
  return {"bochs-bin", "-q", "-f", at + "/bochsrc", "-rc", at + "/go.dbg"};
}

}  // namespace umbra::opguest
