// Makes scene number n of a seed: the mode, the tables, and the accesses. The same header on both sides, so that only
// the number has to be sent.
#pragma once

#include "core/x86/control.hpp"
#include "fuzz/guest/shared/tables.hpp"

namespace umbra::opguest {

class generator {
 public:
  generator(const environment& machine, std::uint64_t seed) : machine_(machine), seed_(seed) {}

  /// Makes scene `number`; `w` must be those of its epoch.
  void make(std::uint32_t number, const windows& w, scene& made) const {
    random chance{seed_, number};
    made.mode = draw_mode(chance);
    made.entry_bytes = made.mode == format::bits32 ? 4 : 8;
    made.cr3 = 0;
    made.tables_used = made.sites_used = made.probes_used = 0;

    control base;
    const swarm rates = draw_rates(chance, base);
    base.pse = chance.chance(750);
    entry_maker entries{machine_, made.mode, base.pse, rates, chance};
    target targets[max_targets];
    const unsigned count = 16 + chance.below(max_targets - 15);
    if (made.mode == format::off) {
      for (unsigned i = 0; i < count; ++i)
        targets[i].gva = chance.pick(layout::low_regions) + (std::uint64_t{chance.pick(w.narrow)} << 12);
    } else {
      tables grown{machine_, w, entries, rates, chance, made, base.pse};
      std::uint16_t upper[2][3];
      draw_upper(chance, made.mode, upper);
      for (unsigned i = 0; i < count; ++i) {
        targets[i].gva = draw_page(chance, made.mode, w, upper);
        targets[i].path = grown.lay_path(targets[i].gva);
      }
      // CR3's low bits are ignored, or choose a memory type; in PAE bits 4:0 are.
      made.cr3 |= chance.next() & (made.mode == format::pae ? 0x1f : 0xfff);
    }

    draw_base(chance, base);
    made.probes_used = 128 + chance.below(scene::max_probes - 127);
    for (unsigned i = 0; i < made.probes_used; ++i) {
      // Spoilt paths are tried less often, so that there can be more of them while known differences stay rare.
      unsigned which = chance.below(count);
      for (unsigned retry = 0; retry < 3 && targets[which].path.spoilt && !chance.chance(150); ++retry)
        which = chance.below(count);
      made.probes[i] = draw_probe(chance, made.mode, base, targets[which]);
    }
  }

 private:
  static constexpr unsigned max_targets = 28;

  struct target {
    std::uint64_t gva = 0;
    tables::path path;
  };

  /// The control bits that a scene prefers.
  struct control {
    bool wp = false, pse = false, pge = false, smep = false, smap = false, nxe = false;
    bool nxe_varies = false;  ///< probes may differ from `nxe`
  };

  format draw_mode(random& chance) const {
    const unsigned which = chance.below(100);
    if (which < 3) return format::off;
    if (which < 30) return format::bits32;
    return which < 55 || !machine_.long_mode ? format::pae : format::level4;
  }

  /// Scenes where NXE may be 0 have few NX bits.
  swarm draw_rates(random& chance, control& base) const {
    constexpr unsigned writes[] = {950, 900, 750, 500}, users[] = {950, 900, 750, 500}, nx[] = {10, 80, 200, 350};
    constexpr unsigned absents[] = {0, 20, 60}, above[] = {1000, 1000, 1000, 1000, 980, 900};
    base.nxe_varies = chance.chance(250);
    base.nxe = !base.nxe_varies && machine_.no_execute;
    return {.write = chance.pick(writes),
            .user = chance.pick(users),
            .no_execute = base.nxe                                 ? chance.pick(nx)
                          : base.nxe_varies && machine_.no_execute ? 10u
                                                                   : 0u,
            .accessed_above = chance.pick(above),
            .absent = chance.pick(absents),
            .reserved = chance.chance(200) ? 14u : 0u,
            .nxe_varies = base.nxe_varies};
  }

  void draw_base(random& chance, control& base) const {
    base.wp = chance.chance(600);
    base.pge = chance.chance(500);
    base.smep = machine_.smep && chance.chance(500);
    base.smap = machine_.smap && chance.chance(450);
  }

  /// The indices that a scene uses above the page directory: few, so that paths meet.
  static void draw_upper(random& chance, format mode, std::uint16_t (&upper)[2][3]) {
    constexpr std::uint16_t edges[] = {0, 1, 255, 256, 510, 511};
    for (auto& level : upper)
      for (std::uint16_t& index : level)
        index = chance.chance(500) ? chance.pick(edges) : static_cast<std::uint16_t>(chance.below(512));
    if (mode == format::pae) {
      const auto other = static_cast<std::uint16_t>(chance.below(4));
      upper[0][0] = upper[0][1] = 0;
      upper[0][2] = other;
    }
  }

  static std::uint64_t draw_page(random& chance, format mode, const windows& w, const std::uint16_t (&upper)[2][3]) {
    if (mode == format::bits32) {
      constexpr std::uint16_t edges[] = {0, 2, 511, 512, 1022, 1023};
      std::uint32_t directory = chance.chance(600) ? chance.pick(edges) : chance.below(1024);
      if (directory == narrow_image_index) ++directory;
      return (directory << 22) | (std::uint32_t{chance.pick(w.narrow)} << 12);
    }
    std::uint64_t gva = (std::uint64_t{chance.pick(upper[0])} << 30) | (std::uint64_t{chance.pick(w.directory)} << 21) |
                        (std::uint64_t{chance.pick(w.wide)} << 12);
    if (mode == format::pae) return static_cast<std::uint32_t>(gva);
    gva |= std::uint64_t{chance.pick(upper[1])} << 39;
    return gva & (std::uint64_t{1} << 47) ? gva | bit_range(63, 48) : gva;  // canonical
  }

  probe draw_probe(random& chance, format mode, const control& base, const target& at) const {
    const auto varied = [&chance](bool usual) { return chance.chance(150) ? !usual : usual; };
    constexpr kind kinds[] = {kind::read,  kind::read,  kind::read,  kind::write, kind::write,
                              kind::write, kind::fetch, kind::fetch, kind::fetch, kind::implicit};
    constexpr std::uint8_t levels[] = {0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3};
    probe p{};
    p.what = chance.pick(kinds);
    if (p.what == kind::fetch && !at.path.fetchable) p.what = kind::read;
    p.cpl = chance.pick(levels);
    // Implicit accesses ignore AC, which QEMU 7.2 has wrong: rarely, lest the known difference hide others.
    p.ac = chance.chance(p.what == kind::implicit && p.cpl < 3 ? 30 : 300);
    const unsigned part = p.what == kind::read    ? layout::slot_tag
                          : p.what == kind::write ? layout::slot_cell
                                                  : layout::slot_code;
    p.gva = at.gva + chance.pick(layout::slots) + part;

    const bool paging = mode != format::off, wide = mode == format::pae || mode == format::level4;
    p.cr0 = x86::cr0::pe | x86::cr0::et | (varied(base.wp) ? x86::cr0::wp : 0) | (paging ? x86::cr0::pg : 0);
    p.cr4 = (varied(base.pge) ? x86::cr4::pge : 0) | (wide ? x86::cr4::pae : 0);
    if (mode == format::bits32 ? base.pse : varied(base.pse)) p.cr4 |= x86::cr4::pse;
    if (machine_.smep && varied(base.smep)) p.cr4 |= x86::cr4::smep;
    if (machine_.smap && varied(base.smap)) p.cr4 |= x86::cr4::smap;
    const bool nxe = base.nxe_varies || !wide ? machine_.no_execute && chance.chance(500) : base.nxe;
    p.efer = (nxe ? x86::efer::nxe : 0) | (mode == format::level4 ? x86::efer::lme : 0);
    return p;
  }

  environment machine_;
  std::uint64_t seed_;
};

}  // namespace umbra::opguest
