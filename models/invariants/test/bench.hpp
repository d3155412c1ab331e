// A VM in a good state, built by the real core on the simulated machine, for tests that spoil one thing at a time.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <ostream>
#include <vector>

#include "core/vcpu/vcpu.hpp"
#include "core/x86/control.hpp"
#include "models/invariants/check.hpp"
#include "models/invariants/entry_check.hpp"
#include "models/machine/machine.hpp"

namespace umbra::invariants {

inline std::ostream& operator<<(std::ostream& out, const violation& v) {
  return out << text(v.which) << ": " << v.what << " [page " << static_cast<int>(v.page) << ", index " << v.index
             << std::hex << ", expected " << v.expected << ", found " << v.found << std::dec << ']';
}

/// Where the guest keeps things: gpa == gfn * 4096, and guest frame n of slot 0 is the machine's frame n.
namespace place {
constexpr std::uint64_t pml4 = 1, pdpt = 2, pd = 3, pt = 4, pt_read_only = 5, pd32 = 8, pt32 = 9, pdpte = 10,
                        pd_pae = 11, pt_pae = 12, data = 32, rom = 200;
}

/// Linear addresses in 4-level paging.
namespace at {
constexpr std::uint64_t user = 0x10'0000, supervisor = 0x10'1000, read_only = 0x10'2000, no_execute = 0x10'3000,
                        clean = 0x10'4000, rom = 0x10'5000, narrow = 0x20'0000 + 0x10'0000,
                        large = 0x40'0000 + 0x2'0000, large_read_only = 0x60'0000 + 0x2'1000,
                        table = 0x40'0000 + (place::pt << 12), root = 0x40'0000 + (place::pml4 << 12),
                        huge = 0x4000'0000 + 0x2'3000;
}

class bench {
 public:
  static constexpr std::uint64_t p = 1, w = 2, u = 4, a = 0x20, d = 0x40, ps = 0x80, xd = std::uint64_t{1} << 63;

  bench() : memory_(machine_.host()), shadow_(memory_) {
    EXPECT_TRUE(shadow_.create(64));
    put_slot(0, {.base = {0}, .pages = 192, .userspace_page = 0});
    put_slot(1, {.base = {place::rom}, .pages = 8, .userspace_page = place::rom, .read_only = true});
    tables();
    for (unsigned v = 0; v < 2; ++v) {
      vcpus_[v].emplace(shadow_, v, features_);
      EXPECT_TRUE(vcpus_[v]->create());
      registers_[v].cpuid = features_;
      refresh(v);
    }
  }
  ~bench() {
    for (auto& v : vcpus_) v.reset();
    EXPECT_EQ(machine_.incidents().count(), 0u) << machine_.incidents().at(0).text;
  }

  // --- what a guest and its VMM do
  // ------------------------------------------------------------------------------------

  void level4(unsigned v, std::uint64_t cr0 = x86::cr0::wp, std::uint64_t cr4 = 0) {
    machine_.cpu(v).leave();  // each of these writes is an exit
    EXPECT_TRUE(vcpus_[v]->write_cr0(0));
    EXPECT_TRUE(vcpus_[v]->write_cr4(x86::cr4::pae | cr4));
    EXPECT_TRUE(vcpus_[v]->write_efer(x86::efer::lme | x86::efer::nxe));
    EXPECT_TRUE(vcpus_[v]->write_cr3(place::pml4 << 12));
    start_paging(v, cr0);
  }
  void pae(unsigned v) {
    machine_.cpu(v).leave();  // each of these writes is an exit
    EXPECT_TRUE(vcpus_[v]->write_cr4(x86::cr4::pae));
    EXPECT_TRUE(vcpus_[v]->write_cr3(place::pdpte << 12));
    start_paging(v, x86::cr0::wp);
  }
  void bits32(unsigned v) {
    machine_.cpu(v).leave();  // each of these writes is an exit
    EXPECT_TRUE(vcpus_[v]->write_cr4(x86::cr4::pse));
    EXPECT_TRUE(vcpus_[v]->write_cr3(place::pd32 << 12));
    start_paging(v, x86::cr0::wp);
  }

  /// One access, with all the exits that it takes. True if it got through.
  bool touch(unsigned v, std::uint64_t gva, machine::request by = {}) {
    vcpu::vcpu& cpu = *vcpus_[v];
    machine::processor& hardware = machine_.cpu(v);
    for (unsigned exits = 0; exits < 8; ++exits) {
      if (!hardware.in_guest()) {
        if (cpu.enter() != mmu::verdict::resume) return false;
        EXPECT_TRUE(hardware.enter());
      }
      const machine::result r = hardware.access(gva, by);
      if (r.ok) return true;
      hardware.leave();
      if (cpu.page_fault({gva}, {by.user, by.write, by.fetch, by.ac}).next != mmu::verdict::resume) return false;
    }
    return false;
  }
  bool write(unsigned v, std::uint64_t gva) { return touch(v, gva, {.write = true}); }

  void put_slot(unsigned n, const memory::slot_request& r) {
    EXPECT_EQ(shadow_.set_slot(n, r), memory::status::ok);
    map_.slots[n] = {r.base.value, r.pages, machine::first_guest_frame + r.userspace_page, r.read_only, r.log_dirty};
  }
  void log(unsigned n, bool on) {
    EXPECT_EQ(shadow_.log_dirty(n, on), memory::status::ok);
    map_.slots[n].logged = on;
  }
  /// A write behind the core's back.
  void poke(std::uint64_t gpa, std::uint64_t value, unsigned bytes = 8) {
    machine_.memory().store((machine::first_guest_frame << 12) + gpa, value, bytes);
  }
  std::uint64_t peek(std::uint64_t gpa, unsigned bytes = 8) const {
    return machine_.memory().load((machine::first_guest_frame << 12) + gpa, bytes);
  }

  // --- what a checker sees
  // --------------------------------------------------------------------------------------------

  struct subject subject() {
    for (unsigned v = 0; v < 2; ++v) refresh(v);
    return {mmu::view{shadow_}, map_, registers_, {page_of, this}, suspended, written};
  }
  violation check(depth d = depth::thorough) { return check_all(subject(), *workspace_, d); }
  violation step(const touched& t) { return check_step(subject(), *workspace_, t); }
  /// What has been stored to the pages' tables since the last call, and whether that is all.
  std::vector<touched_entry> stored(bool& complete) {
    const machine::stores stores = machine_.take_stores();
    complete = !stores.incomplete();
    std::vector<touched_entry> entries;
    for (std::uint32_t n = 0; n < stores.size() && complete; ++n) {
      for (unsigned page = 0; page < view().pages(); ++page) {
        const mmu::page& p = view().page_at(page);
        const bool chain = machine_.tables().number_of(p.links) == stores.table(n);
        if (!chain && machine_.tables().number_of(p.entries) != stores.table(n)) continue;
        entries.push_back({static_cast<std::uint16_t>(page), static_cast<std::uint16_t>(stores.index(n)), chain});
      }
    }
    return entries;
  }

  mmu::view view() const { return mmu::view{shadow_}; }
  machine::machine& hardware() { return machine_; }
  vcpu::vcpu& cpu(unsigned v) { return *vcpus_[v]; }
  mmu::mmu& shadow() { return shadow_; }
  reference::memory_map& map() { return map_; }
  std::array<reference::registers, 2>& registers() { return registers_; }
  bool keep_registers = false;  ///< leave registers() as a test made them

  // --- what a test spoils
  // ---------------------------------------------------------------------------------------------

  struct entry {
    mmu::page* page = nullptr;
    unsigned index = 0;

    std::uint64_t get() const { return page->entries->get(index); }
    void set(std::uint64_t value) const { page->entries->set(index, value); }
  };
  static mmu::page& edit(const mmu::page& p) { return const_cast<mmu::page&>(p); }

  /// The entry at `level` on a vCPU's path for an address; page is null if there is none.
  entry on_path(unsigned v, std::uint64_t gva, unsigned level) const {
    const mmu::context& c = vcpus_[v]->context();
    const mmu::page* at = c.roots[c.mode.format == mmu::paging::level4 ? 0 : gva >> 30 & 3];
    while (at != nullptr) {
      const auto index = static_cast<unsigned>(gva >> (12 + 9 * (at->level - 1)) & 511);
      if (at->level == level) return {&edit(*at), index};
      at = view().page_of({target_of(at->entries->get(index))});
    }
    return {};
  }
  entry leaf(std::uint64_t gva, unsigned v = 0) const { return on_path(v, gva, 1); }
  mmu::context& context(unsigned v) { return const_cast<mmu::context&>(vcpus_[v]->context()); }
  memory::frame& frame(std::uint64_t n) { return *memory_.frame_at({machine::first_guest_frame + n}); }

  /// Remembers the core's state, so that what a test spoils can be undone before the core is torn down.
  void remember() {
    pages_.clear(), frames_.clear(), contexts_.clear();
    for (unsigned n = 0; n < view().pages(); ++n) {
      const mmu::page& p = view().page_at(n);
      pages_.push_back({p, *p.entries, *p.links});
    }
    for (unsigned n = 0; n < machine::guest_frames; ++n) {
      if (memory_.frame_at({machine::first_guest_frame + n})) frames_.push_back(frame(n));
    }
    for (unsigned v = 0; v < 2; ++v) contexts_.push_back({context(v), *context(v).pae_roots});
  }
  void restore() {
    for (const saved_page& s : pages_) {
      mmu::page& p = edit(view().page_at(static_cast<unsigned>(&s - pages_.data())));
      p = s.page;
      *p.entries = s.entries;
      *p.links = s.links;
    }
    for (const memory::frame& f : frames_) *memory_.frame_at(f.number) = f;
    for (unsigned v = 0; v < contexts_.size(); ++v) {
      context(v) = contexts_[v].context;
      *context(v).pae_roots = contexts_[v].pointers;
    }
  }

  suspension suspended{};
  std::array<written_pages, 2> written{};

 private:
  struct saved_page {
    mmu::page page;
    table entries, links;
  };
  struct saved_context {
    mmu::context context;
    table pointers;
  };

  static const std::byte* page_of(const void* self, word host_frame) {
    return static_cast<const bench*>(self)->machine_.memory().frame(
        static_cast<unsigned>(host_frame - machine::first_guest_frame));
  }
  void refresh(unsigned v) {
    if (keep_registers) return;
    const vcpu::control_registers& r = vcpus_[v]->registers();
    registers_[v].cr0 = r.cr0(), registers_[v].cr3 = r.cr3(), registers_[v].cr4 = r.cr4(),
    registers_[v].efer = r.efer();
    for (unsigned n = 0; n < 4; ++n) registers_[v].pdpte[n] = r.pdpte(n);
  }
  void start_paging(unsigned v, std::uint64_t cr0) {
    EXPECT_TRUE(vcpus_[v]->write_cr0(x86::cr0::pe | x86::cr0::pg | cr0));
  }
  void wide(std::uint64_t table, unsigned index, std::uint64_t frame, std::uint64_t bits) {
    poke((table << 12) + index * 8, frame << 12 | bits);
  }
  void narrow(std::uint64_t table, unsigned index, std::uint64_t frame, std::uint64_t bits) {
    poke((table << 12) + index * 4, frame << 12 | bits, 4);
  }
  void tables() {
    const std::uint64_t all = p | w | u;
    wide(place::pml4, 0, place::pdpt, all);
    wide(place::pdpt, 0, place::pd, all);
    wide(place::pdpt, 1, 0, all | ps);  // 1 GiB from frame 0
    wide(place::pd, 0, place::pt, all);
    wide(place::pd, 1, place::pt, p | u);  // the same table, read-only
    wide(place::pd, 2, 0, all | ps);       // 2 MiB from frame 0
    wide(place::pd, 3, 0, p | u | ps);     // and again, read-only
    wide(place::pt, 0x100, place::data + 0, all);
    wide(place::pt, 0x101, place::data + 1, p | w);
    wide(place::pt, 0x102, place::data + 2, p | u);
    wide(place::pt, 0x103, place::data + 3, all | xd);
    wide(place::pt, 0x104, place::data + 4, all);
    wide(place::pt, 0x105, place::rom, all);

    narrow(place::pd32, 0, place::pt32, all);
    narrow(place::pd32, 1, 0, all | ps);  // 4 MiB from frame 0
    for (unsigned n = 0; n < 8; ++n) narrow(place::pt32, n * 0x90, place::data + n, all);

    wide(place::pdpte, 0, place::pd_pae, p);
    wide(place::pdpte, 3, place::pd_pae, p);
    wide(place::pd_pae, 0, place::pt_pae, all);
    wide(place::pd_pae, 1, 0, all | ps);
    for (unsigned n = 0; n < 8; ++n) wide(place::pt_pae, n, place::data + n, all);
  }

  x86::features features_{};
  machine::machine machine_;
  memory::space memory_;
  mmu::mmu shadow_;
  std::array<std::optional<vcpu::vcpu>, 2> vcpus_;
  reference::memory_map map_{};
  std::array<reference::registers, 2> registers_{};
  std::vector<saved_page> pages_;
  std::vector<memory::frame> frames_;
  std::vector<saved_context> contexts_;
  std::unique_ptr<workspace> workspace_ = std::make_unique<workspace>();
};

}  // namespace umbra::invariants
