// One operation of the MMU at one scale, repeated, for a tool that counts its instructions.
//
//   operations OPERATION PAGES MAPPERS COUNT
//
// Brings a VM to PAGES live shadow pages and one frame to MAPPERS leaves, then performs OPERATION COUNT times, each
// inside measured_region(), which callgrind counts alone (--toggle-collect). Prints what it reached, so that a figure
// cannot belong to another scale than it says.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/mmu/view.hpp"
#include "core/vcpu/vcpu.hpp"
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "models/machine/machine.hpp"
#include "tools/bench/measured.hpp"

namespace {

using namespace umbra;

// The guest's tables, by frame. Each of the eight PML4 entries has other rights, and each PD entry another page table,
// so that every (PML4 entry, PD entry) pair is a shadow page of its own.
constexpr unsigned root_frame = 1, pdpt_frame = 2, directory_frame = 3, first_pt_frame = 8, pt_count = 200;
constexpr unsigned shared_frame = 220, other_root_frame = 221, ram_frames = 224;

class bench {
 public:
  bench() : memory_(machine_.host()), mmu_(memory_), cpu_(mmu_, 0, x86::features{.smep = false, .smap = false}) {
    memory::slot_request all;
    all.pages = ram_frames;
    if (mmu_.set_slot(0, all) != memory::status::ok || !mmu_.create(2048) || !cpu_.create()) fail("the VM");
    build_tables();
    const bool on = cpu_.write_cr4(x86::cr4::pae) && cpu_.write_efer(x86::efer::lme | x86::efer::nxe) &&
                    cpu_.write_cr3(address(root_frame)) &&
                    cpu_.write_cr0(x86::cr0::pg | x86::cr0::pe | x86::cr0::wp | x86::cr0::et);
    if (!on) fail("4-level paging");
    enter();
  }

  /// Faults in one leaf on each of `pages` page tables, then further leaves of the shared frame.
  void scale(unsigned pages, unsigned mappers) {
    for (unsigned n = 0; live() < pages; ++n) read(address_of_table(n));
    for (unsigned n = 0; n < mappers; ++n) read(address_of_leaf(n));
  }

  unsigned live() const { return mmu::view(mmu_).live_pages(); }
  unsigned mappers() const { return memory_.frame_at({machine::first_guest_frame + shared_frame})->leaves; }

  void enter() {
    if (cpu_.enter() != mmu::verdict::resume) fail("VM entry");
  }
  void read(std::uint64_t where) {
    if (cpu_.page_fault({where}, {}).next != mmu::verdict::resume) fail("a read");
  }
  void write_entry(unsigned pt, unsigned index, std::uint64_t value) {
    // The tables are mapped at table_window, one page each.
    const std::uint64_t where = table_window + address(first_pt_frame + pt) + 8 * index;
    mmu::access by;
    by.write = true;
    const mmu::outcome found = mmu_.locate(cpu_.context(), {where}, by);
    if (found.next != mmu::verdict::resume || !mmu_.write_guest(found.address, value, 8)) fail("a write to a table");
  }

  static std::uint64_t address_of_leaf(unsigned n) {
    return std::uint64_t{n / (leaves_a_table * pt_count)} << 39 | std::uint64_t{n / leaves_a_table % pt_count} << 21 |
           std::uint64_t{n % leaves_a_table + 1} << 12;
  }
  static std::uint64_t address_of_table(unsigned n) {
    return std::uint64_t{n / pt_count} << 39 | std::uint64_t{n % pt_count} << 21;
  }
  static constexpr std::uint64_t leaf_entry = (std::uint64_t{shared_frame} << 12) | x86::entry::present |
                                              x86::entry::write | x86::entry::user | x86::entry::accessed |
                                              x86::entry::dirty;

  vcpu::vcpu& cpu() { return cpu_; }
  static std::uint64_t address(unsigned frame) { return std::uint64_t{frame} << 12; }
  [[noreturn]] static void fail(const char* what) {
    std::fprintf(stderr, "operations: could not perform %s\n", what);
    std::exit(1);
  }

 private:
  static constexpr unsigned leaves_a_table = 500;
  static constexpr std::uint64_t table_window = std::uint64_t{100} << 39;

  void store(unsigned frame, unsigned index, std::uint64_t value) {
    machine_.memory().store(machine::ram::address_of_frame(frame) + 8 * index, value, 8);
  }

  void build_tables() {
    using namespace x86;
    constexpr std::uint64_t all = entry::present | entry::write | entry::user | entry::accessed | entry::dirty;
    for (unsigned i = 0; i < 8; ++i) {
      const std::uint64_t rights =
          ((i & 1) != 0 ? 0 : entry::write) | ((i & 2) != 0 ? 0 : entry::user) | ((i & 4) != 0 ? entry::no_execute : 0);
      store(root_frame, i, address(pdpt_frame) | entry::present | entry::accessed | rights);
    }
    store(pdpt_frame, 0, address(directory_frame) | all);
    for (unsigned pt = 0; pt < pt_count; ++pt) {
      store(directory_frame, pt, address(first_pt_frame + pt) | all);
      // The first entry of each maps a frame of its own, so that pages can be added without adding mappers.
      store(first_pt_frame + pt, 0, address(first_pt_frame + pt) | all);
      for (unsigned i = 1; i <= leaves_a_table; ++i) store(first_pt_frame + pt, i, leaf_entry);
    }
    // A window on all of memory, for writes to tables.
    store(root_frame, 100, address(222) | all);
    store(222, 0, address(223) | all);
    store(223, 0, all | entry::large);
    store(other_root_frame, 0, address(pdpt_frame) | all);
  }

  machine::machine machine_;
  memory::space memory_;
  mmu::mmu mmu_;
  vcpu::vcpu cpu_;
};

bool number(std::string_view text, unsigned& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

int main(int argc, char** argv) {
  unsigned pages, mappers, count;
  if (argc != 5 || !number(argv[2], pages) || !number(argv[3], mappers) || !number(argv[4], count) || pages > 1500 ||
      mappers > 60000 || count == 0 || count > 400) {
    std::fprintf(stderr,
                 "usage: operations fault|build|write|invlpg|cr3 PAGES(<=1500) MAPPERS(<=60000) COUNT(1-400)\n");
    return 2;
  }
  const std::string_view operation = argv[1];
  auto vm = std::make_unique<bench>();
  vm->scale(pages, mappers);
  const unsigned live = vm->live(), mapped = vm->mappers();

  if (operation == "fault") {
    // A leaf on a path that is there: the tail of the address space that scale() has left alone.
    const unsigned first = mappers;
    vm->read(bench::address_of_leaf(first));
    vm->read(bench::address_of_leaf(first + 499));
    for (unsigned i = 1; i <= count; ++i) {
      measured_region([&] { vm->read(bench::address_of_leaf(first + i)); });
    }
  } else if (operation == "build") {
    for (unsigned i = 0; i < count; ++i) {
      measured_region([&] { vm->read(bench::address_of_table(1599 - i)); });
    }
  } else if (operation == "write") {
    // Takes a right from a shadowed entry that has a leaf, or gives it back. The fault after it, which is not counted,
    // brings the leaf back and keeps the table from looking flooded.
    for (unsigned i = 0; i < count; ++i) {
      vm->read(bench::address_of_leaf(0));
      measured_region([&] { vm->write_entry(0, 1, bench::leaf_entry ^ ((i & 1) != 0 ? 0 : x86::entry::write)); });
    }
  } else if (operation == "invlpg") {
    vm->read(bench::address_of_leaf(0));
    for (unsigned i = 0; i < count; ++i) {
      measured_region([&] { vm->cpu().invlpg({bench::address_of_leaf(0)}); });
    }
  } else if (operation == "cr3") {
    for (unsigned i = 0; i < count; ++i) {
      const auto root = bench::address((i & 1) != 0 ? root_frame : other_root_frame);
      measured_region([&] {
        if (!vm->cpu().write_cr3(root)) bench::fail("MOV to CR3");
        vm->enter();
      });
    }
  } else {
    std::fprintf(stderr, "operations: '%s' is no operation; say fault, build, write, invlpg or cr3\n", argv[1]);
    return 2;
  }
  std::printf("%s pages=%u mappers=%u count=%u\n", argv[1], live, mapped, count);
  return 0;
}
