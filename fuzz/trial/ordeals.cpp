// What an instruction must bear: devices, single steps, pages that come late, other vCPUs, shadowed tables.
#include <algorithm>

#include "core/x86/entry.hpp"
#include "fuzz/trial/equipment.hpp"
#include "fuzz/trial/reading.hpp"

namespace umbra::fuzz {

namespace {

using emulate::verdict;

bool alike(const performance& a, const performance& b) {
  return a.last.next == b.last.next && difference(a.after, b.after).empty() && a.changes == b.changes;
}

}  // namespace

/// The same operands in a device: userspace's, and one in the core.
bool laboratory::through_device(const trial& t) {
  // Directory pointers that lie in a device are not there, and code is not executed there.
  if (first_.cr3 != guest::cr3_of(t) || first_.cr0 != guest::cr0_of(t) || first_.cr4 != guest::cr4_of(t)) return true;
  if (!maps_identically(t)) return true;
  guest& g = kit_->windowed;
  if (!begin(g, t, before_)) return quiet();
  perform(g, g.emulator, other_);
  if (!same(promise::device, other_, first_)) return false;
  if (!begin(g, t, before_)) return quiet();
  kit_->window.to = kit_->ports.to = &third_;
  perform(g, kit_->in_core, third_);
  if (!same(promise::device, third_, first_)) return false;
  if (!comparable(other_) || !comparable(third_) || other_.items == third_.items) return true;
  return fail(promise::device, "userspace was asked %zu times, a device in the core %zu times, or for other things",
              other_.items.size(), third_.items.size());
}

bool laboratory::through_steps(const trial& t) {
  if (!kit_->read.repeats) return true;
  guest& g = kit_->whole;
  vcpu::register_set stepping = before_;
  stepping.general.rflags |= x86::rflags::tf;
  if (!begin(g, t, stepping)) return quiet();
  perform(g, g.emulator, other_);
  if (other_.completed() && !other_.last.trap && comparable(other_))
    return fail(promise::steps, "no trap after the last item");
  other_.after.general.rflags &= ~std::uint64_t{x86::rflags::tf};
  return same(promise::steps, other_, first_);
}

/// A page is absent at first. The fault changes nothing; a repeated instruction has got as far as that, and goes on
/// from there.
bool laboratory::through_repair(const trial& t) {
  if (!paged(t.mode)) return true;
  guest& g = kit_->whole;
  machine::ram& ram = kit_->host.memory();
  const std::uint64_t at = machine::ram::address_of_frame(0) + page_entry_at(t.mode, t.page);
  const auto put = [&](std::uint64_t e) {
    ram.journal().sign(machine::author::host);
    ram.store(at, e, page_entry_bytes(t.mode));
    ram.journal().sign(machine::author::core);
  };
  const auto entry = [&] { return ram.load(at, page_entry_bytes(t.mode)); };

  if (!begin(g, t, before_)) return quiet();
  if ((entry() & x86::entry::present) == 0) return true;
  put(entry() & ~std::uint64_t{x86::entry::present});
  kit_->stage.perform(g, g.emulator, other_);
  const bool absent = other_.last.next == verdict::fault && other_.last.event.vector == x86::exception::page_fault &&
                      (other_.last.event.address.value >> 12 & 0x7ffff) == t.page && (other_.last.event.code & 1) == 0;
  put(entry() | x86::entry::present);
  kit_->stage.collect(mark_, other_.changes);
  if (!absent) return quiet();
  if (!kit_->read.repeats) return unchanged(promise::repair, other_, t);
  // Items that are read from the tables themselves show which accessed bits were set when.
  for (const unsigned index : {vcpu::general::rsi, vcpu::general::rdi}) {
    for (unsigned n = 0; n < 6; ++n) {
      const std::uint64_t linear =
          before_.segments[static_cast<vcpu::segment_name>(n)].base + before_.general.get(index);
      if ((linear & 0xf'ffff) + 0x2000 >= tables_at && (linear & 0xf'ffff) < memory_end + 0x2000) return quiet();
    }
  }
  kit_->stage.perform(g, g.emulator, other_, true);
  kit_->stage.collect(mark_, other_.changes);
  return same(promise::repair, other_, first_);
}

bool laboratory::through_race(const trial& t) {
  if (!first_.completed() || !kit_->read.locks) return true;
  machine::ram& ram = kit_->host.memory();
  const std::uint64_t base = machine::ram::address_of_frame(0);
  std::uint64_t low = ~std::uint64_t{0}, high = 0;
  for (std::size_t n = mark_; n < ram.journal().size(); ++n) {
    const machine::stored& s = ram.journal()[n];
    const std::uint64_t at = s.hpa - base;
    if (s.by != machine::author::core || at >= tables_at) continue;
    low = std::min(low, at);
    high = std::max(high, at + s.bytes);
  }
  // Beyond 16 bytes there is no way to lock, and the emulator does not claim it.
  const bool lockable = low < high && low / 16 == (high - 1) / 16;
  const auto inside = [](std::uint64_t at, unsigned bytes, std::uint64_t begin, std::uint64_t end) {
    return at < end && at + bytes > begin;
  };
  const std::uint64_t at = low + static_cast<std::uint64_t>(static_cast<std::int64_t>(t.offset % 16));
  if (!lockable || at >= emucheck::ram_bytes - 8 ||
      inside(at, t.bytes, emucheck::gdt_at, emucheck::code_window.end + 16) || at / 4096 != (at + t.bytes - 1) / 4096 ||
      low < 0x3000) {
    return true;
  }
  guest& g = kit_->whole;
  struct rival {
    machine::ram& ram;
    std::uint64_t at, value;
    unsigned bytes;
    static void write(void* self) {
      const rival& r = *static_cast<rival*>(self);
      const machine::author before = r.ram.journal().sign(machine::author::host);
      r.ram.store(r.at, r.value, r.bytes);
      r.ram.journal().sign(before);
    }
  } other{ram, base + at, t.value, t.bytes};

  if (!begin(g, t, before_)) return quiet();
  kit_->host.arm_race(t.nth % 16, rival::write, &other);
  perform(g, g.emulator, other_);
  if (kit_->host.disarm_races() != 0) return quiet();  // it came too late

  if (!begin(g, t, before_)) return quiet();
  rival::write(&other);
  perform(g, g.emulator, third_);
  if (alike(other_, third_)) return quiet();

  if (!begin(g, t, before_)) return quiet();
  perform(g, g.emulator, third_);
  rival::write(&other);
  kit_->stage.collect(mark_, third_.changes);
  if (alike(other_, third_)) return quiet();
  return fail(promise::atomic, "%u bytes written at %#llx before read %u: neither order explains the end", t.bytes,
              static_cast<unsigned long long>(at), t.nth % 16);
}

/// Has the processor use the guest's tables before the instruction changes them.
bool laboratory::shadow_tables(const trial& t) {
  guest& g = kit_->whole;
  if (g.cpu.enter() != mmu::verdict::resume) return false;
  const bool user = t.cpl == 3;
  for (const std::uint64_t page : {5u, 6u, 7u, 0xdu, 0x20u, 0x23u, 0x26u, 0x29u}) {
    const bool write = page < 0x20;
    g.cpu.page_fault({page << 12}, {.user = user, .write = write, .ac = true});
  }
  return true;
}

bool laboratory::through_shadows(const trial&) {
  guest& g = kit_->whole;
  const vcpu::control_registers& c = g.cpu.registers();
  reference::registers r;
  r.cr0 = c.cr0();
  r.cr3 = c.cr3();
  r.cr4 = c.cr4();
  r.efer = c.efer();
  for (unsigned n = 0; n < 4; ++n) r.pdpte[n] = c.pdpte(n);
  r.cpuid = c.features();
  const auto page = [](const void* ram, word frame) {
    return static_cast<const machine::ram*>(ram)->frame(static_cast<unsigned>(frame - machine::first_guest_frame));
  };
  const invariants::subject s{
      .view = mmu::view(g.mmu), .map = kit_->map, .registers = {&r, 1}, .guest = {page, &kit_->host.memory()}};
  ++tally_.checks;
  ++tally_.full_checks;
  const invariants::violation v = invariants::check_all(s, kit_->workspace);
  g.mmu.zap_all();
  if (!v) return quiet();
  static constexpr const char* ids[] = {"none", "I1", "I2",  "I3",  "I4",  "I5",  "I6",  "I7a", "I7b",
                                        "I8",   "I9", "I10", "I11", "I12", "I13", "I14", "I15", "I16"};
  return fail(ids[static_cast<unsigned>(v.which)], "%s, index %llu: expected %#llx, found %#llx", v.what,
              static_cast<unsigned long long>(v.index), static_cast<unsigned long long>(v.expected),
              static_cast<unsigned long long>(v.found));
}

}  // namespace umbra::fuzz
