#include "tools/vmm/guests/storm/storm.hpp"

#include "tools/vmm/guests/paging.hpp"
#include "tools/vmm/guests/storm/attic.hpp"
#include "tools/vmm/guests/storm/judge.hpp"
#include "tools/vmm/guests/storm/store.hpp"
#include "tools/vmm/guests/storm/terrain.hpp"

namespace umbra::guests::storm {
namespace {

class storm {
 public:
  storm(const plan& p, std::uint32_t seed) : plan_(p), dice_(seed, p.index_bits) {
    lay_out(dice_, plan_);
    judge_.write_cr3(plan_.root[0]);
  }

  void step(unsigned n) {
    judge_.begin(n);
    const unsigned what = dice_.below(100);
    if (what < 50) {
      access();
    } else if (what < 80) {
      change(draw_place(dice_, plan_));
    } else if (what < 85) {
      change_through_window();
    } else if (what < 91) {
      judge_.write_cr3(plan_.root[dice_.below(2)]);
    } else if (what < 96) {
      change_registers();
    } else if (what < 97) {
      ask_for_what_is_refused();
    } else if (what < 98) {
      judge_.invalidate(draw_address(dice_, plan_));
    } else {
      move_attic(dice_.below(ATTIC_PLACES + 1), dice_.chance(400));
      judge_.note_change();
    }
  }

  const judge::counts& done() const { return judge_.done(); }

 private:
  void access() {
    reference::access by{.user = dice_.chance(400), .write = dice_.chance(400), .ac = dice_.chance(300)};
    if (!by.write) by.fetch = dice_.chance(300);
    const word address = draw_address(dice_, plan_);
    if (judge_.stale()) {
      if (dice_.chance(200)) return judge_.peek(address, by.user);
      judge_.invalidate(address);
    }
    judge_.access(address, by, dice_.next() & ~1u);
  }

  /// By the guest's own addresses, where no entry of the storm is used.
  void change(word place) { write(place, place, true); }

  /// By an address that leads to a table as if it were data.
  void change_through_window() {
    for (unsigned attempt = 0; attempt < 8; ++attempt) {
      const word address = draw_address(dice_, plan_) + draw_offset(dice_, plan_),
                 target = judge_.table_behind(address);
      if (target == 0) continue;
      judge_.invalidate(address);
      return write(address, target, false);
    }
  }

  void write(word address, word place, bool knows_next_page) {
    const word value = draw_entry(dice_, plan_, place, read_entry(place, plan_.entry_bytes));
    const bool last = (place & 0xfff) + plan_.entry_bytes == 0x1000;
    const bool alone = is_gate(plan_, place) || (last && (!knows_next_page || !is_writable(place + plan_.entry_bytes)));
    store(dice_, static_cast<unsigned long>(address), plan_.entry_bytes, value, alone);
    judge_.note_change();
    const word all = plan_.entry_bytes == 8 ? ~word{0} : word{0xffff'ffff};
    judge_.check("the entry that was written", read_entry(place, plan_.entry_bytes), value & all);
  }

  void change_registers() {
    using namespace x86;
    const reference::registers& r = judge_.registers();
    switch (dice_.below(6)) {
      case 0:
      case 1:
        return judge_.write_cr0(r.cr0 ^ cr0::wp);
      case 2:
        return judge_.write_cr4(r.cr4 ^ cr4::pge);
      case 3:
        return judge_.write_cr4(r.cr4 ^ (r.cpuid.smep ? cr4::smep : cr4::pge));
      case 4:
        return judge_.write_cr4(r.cr4 ^ (r.cpuid.smap ? cr4::smap : cr4::pge));
      default:
        return judge_.write_efer(r.efer ^ efer::nxe);
    }
  }

  /// Values that raise #GP, in all modes or in this one.
  void ask_for_what_is_refused() {
    using namespace x86;
    const reference::registers& r = judge_.registers();
    switch (dice_.below(5)) {
      case 0:
        return judge_.write_cr0((r.cr0 | cr0::nw) & ~word{cr0::cd});
      case 1:
        return judge_.write_cr0(r.cr0 & ~word{cr0::pe});
      case 2:
        return judge_.write_cr4(r.cr4 | cr4::la57 | cr4::pke);
      case 3:
        return judge_.write_efer(r.efer ^ efer::lme);
      default:
        return judge_.write_efer(r.efer | 1u << 20);
    }
  }

  const plan& plan_;
  random dice_;
  judge judge_;
};

}  // namespace

void rage(const plan& p, std::uint32_t seed) {
  storm s(p, seed);
  for (unsigned n = 0; n < p.steps; ++n) s.step(n);
  // A storm that judges next to nothing, or nothing but faults, says nothing of the core.
  constexpr unsigned enough_of = 40;
  const unsigned accesses = s.done().accesses, faults = s.done().faults, enough = p.steps / enough_of;
  if (faults < enough) give_up("accesses that fault are too few", faults, enough);
  if (accesses - faults < enough) give_up("accesses that do not fault are too few", accesses - faults, enough);
  say("a storm over ");
  say(p.name);
  say(": all as the model has it\n# ");
  say(p.name);
  say(" accesses ");
  say(accesses);
  say("\n# ");
  say(p.name);
  say(" faults ");
  say(faults);
  say("\n");
}

}  // namespace umbra::guests::storm
