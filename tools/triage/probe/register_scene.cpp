#include "tools/triage/probe/register_scene.hpp"

#include <array>

#include "core/x86/control.hpp"
#include "fuzz/guest/host/expectation.hpp"
#include "fuzz/guest/shared/entries.hpp"
#include "fuzz/world/guest_view.hpp"
#include "tools/triage/probe/path_maker.hpp"

namespace umbra::tools {

namespace {

using opguest::bit_range, opguest::format, opguest::scene;

std::optional<opguest::kind> kind_of(fuzz::kind k) {
  switch (k) {
    case fuzz::kind::cr0:
      return opguest::kind::set_cr0;
    case fuzz::kind::cr3:
      return opguest::kind::set_cr3;
    case fuzz::kind::cr4:
      return opguest::kind::set_cr4;
    case fuzz::kind::efer:
      return opguest::kind::set_efer;
    default:
      return std::nullopt;
  }
}

using pointers = std::array<word, 4>;

std::optional<pointers> pointers_at(word table, const fuzz::guest_view& memory) {
  if (!memory.backed(table)) return std::nullopt;
  pointers all;
  for (unsigned n = 0; n < all.size(); ++n) all[n] = memory.read(table + 8 * n, 8);
  return all;
}

/// Bits that processors have and umbra's guests have not: what another one does with them says nothing. From 19 on
/// they are given out still.
constexpr std::uint64_t cr4_of_others = (x86::cr4::umip | x86::cr4::la57 | x86::cr4::vmxe | x86::cr4::smxe |
                                         x86::cr4::fsgsbase | x86::cr4::pcide | x86::cr4::osxsave | bit_range(32, 19)) &
                                        ~(x86::cr4::smep | x86::cr4::smap);

/// Bits of a register that the guest's processor has not, and another may have.
std::uint64_t bits_of_others(opguest::kind k, const x86::features& f) {
  switch (k) {
    case opguest::kind::set_cr4:
      return cr4_of_others | (f.smep ? 0 : x86::cr4::smep) | (f.smap ? 0 : x86::cr4::smap);
    case opguest::kind::set_efer:
      return (f.nx ? 0 : x86::efer::nxe) | (f.long_mode ? 0 : x86::efer::lme);
    default:
      return 0;
  }
}

/// A clause if the op guest would not live on behind the write.
std::string what_it_would_not_survive(opguest::kind k, const reference::registers& before, word value,
                                      const reference::registers& after) {
  // Whether that is refused depends on directory pointers where there are none.
  if (k == opguest::kind::set_cr4 && !reference::ia32e_active(before) && ((before.cr4 ^ value) & x86::cr4::pae) != 0) {
    return "the op guest would have tables of another format";
  }
  if ((after.cr0 & x86::cr0::pe) == 0) return "the op guest would leave protected mode";
  return "";
}

}  // namespace

std::optional<scene> register_scene_of(fuzz::world& w, const fuzz::op& op, std::string& why) {
  const auto what = kind_of(op.kind);
  if (!what) return std::nullopt;
  const reference::registers& r = w.registers(w.current());
  const fuzz::guest_view memory(w.map(), w.hardware().memory());
  const word value = op.value;
  reference::registers after = r;
  const bool refused = opguest::write_register(*what, after, value, memory).faults;
  if ((value & bits_of_others(*what, r.cpuid)) != 0) why = "it has features that the guest's has not";
  if (why.empty() && !reference::paging(r)) why = "paging is off, and the scene has no tables to turn it on with";
  if (why.empty()) why = what_it_would_not_survive(*what, r, value, after);
  if (!why.empty()) return std::nullopt;

  scene s{};
  set_mode(s, r);
  path_maker tables(s, r);
  opguest::probe p{};
  p.what = *what;
  set_registers(p, r);
  p.gva = s.mode == format::level4 || *what == opguest::kind::set_efer ? value : value & 0xffff'ffff;
  if (s.mode == format::pae && *what != opguest::kind::set_efer) {
    const word from = (*what == opguest::kind::set_cr3 ? value : r.cr3) & bit_range(31, 5);
    const auto loaded = pointers_at(from, memory);
    if (!loaded) {
      why = "the directory pointers are not in memory";
      return std::nullopt;
    }
    if (*what == opguest::kind::set_cr3) {
      p.gva = tables.lay_pointers(*loaded) | (value & 0x1f);
    } else if (*loaded != r.pdpte) {
      why = "the directory pointers in memory are not those that were loaded";
      return std::nullopt;
    }
  } else if (*what == opguest::kind::set_cr3) {
    // Reserved bits are put where they are on every processor.
    p.gva = s.cr3 | (value & 0xfff) | (refused ? std::uint64_t{1} << 51 : 0);
  }
  s.probes[0] = p;
  s.probes_used = 1;
  return s;
}

}  // namespace umbra::tools
