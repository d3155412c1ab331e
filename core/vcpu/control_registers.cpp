#include "core/vcpu/control_registers.hpp"

#include "core/platform/lock.hpp"
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/segment.hpp"

namespace umbra::vcpu {

namespace {

using namespace x86;

constexpr std::uint64_t cr0_at_reset = cr0::cd | cr0::nw | cr0::et;  // SDM 3A, table 10-1
constexpr std::uint64_t cr0_bits_that_reload_pdptes = cr0::cd | cr0::nw | cr0::pg;
constexpr std::uint64_t cr4_bits_that_reload_pdptes = cr4::pae | cr4::pge | cr4::pse | cr4::smep;

constexpr std::uint64_t always_in_cr4 = cr4::vme | cr4::pvi | cr4::tsd | cr4::de | cr4::pse | cr4::pae | cr4::mce |
                                        cr4::pge | cr4::pce | cr4::osfxsr | cr4::osxmmexcpt;

constexpr flag differ(word a, word b, std::uint64_t mask) { return has(a ^ b, mask); }

/// Bits that a present directory-pointer entry must not have (SDM table 4-8).
constexpr std::uint64_t pdpte_reserved(unsigned maxphyaddr) {
  constexpr std::uint64_t low = 0x1e6;
  return low | ~((std::uint64_t{1} << maxphyaddr) - 1);
}

}  // namespace

mode_segments mode_segments::of(word cs_rights, word tr_rights) {
  return {.long_code = has(cs_rights, segment_rights::long_mode),
          .task_of_16_bits = negate(has(tr_rights, segment_rights::system_32_bit))};
}

control_registers::control_registers(const memory::space& m, const x86::features& f)
    : memory_(m), features_(f), cr0_(cr0_at_reset) {}

flag control_registers::paging() const { return has(cr0_, cr0::pg); }

flag control_registers::uses_pdptes(word cr0, word cr4) const {
  return both(both(has(cr0, cr0::pg), has(cr4, cr4::pae)), negate(has(efer_, efer::lme)));
}

bool control_registers::load_pdptes(word cr3, pointers& out) const {
  constexpr std::uint64_t pointer_table_mask = 0xffff'ffe0;
  const gpa table{cr3 & pointer_table_mask};
  platform::guard locked(memory_.host());
  const memory::lookup found = memory_.find(frame_of(table));
  if (found.backing == nullptr) return false;
  const hpa where = address_of(found.backing->number) + offset_in_page(table.value);
  flag valid = true;
  for (unsigned n = 0; n < out.size(); ++n) {
    out[n] = platform::read(memory_.host(), where + word{8 * n}, 8);
    const flag present = has(out[n], entry::present);
    valid = both(valid, negate(both(present, has(out[n], pdpte_reserved(features_.maxphyaddr)))));
  }
  return static_cast<bool>(valid);
}

/// What holds of CR0 whatever else does (SDM 2.5).
flag control_registers::cr0_consistent(word value) const {
  const flag paged_unprotected = both(has(value, cr0::pg), negate(has(value, cr0::pe)));
  const flag write_through_off_alone = both(has(value, cr0::nw), negate(has(value, cr0::cd)));
  return negate(either(either(paged_unprotected, write_through_off_alone), (value >> 32) != word{0}));
}

flag control_registers::cr4_accepted(word value) const {
  const word bits = word{always_in_cr4} | when(features_.smep, cr4::smep) | when(features_.smap, cr4::smap);
  return (value & ~bits) == word{0};
}

flag control_registers::efer_accepted(word value) const {
  const word bits = word{efer::sce | efer::lma} | when(features_.nx, efer::nxe) | when(features_.long_mode, efer::lme);
  return (value & ~bits) == word{0};
}

/// Entering IA-32e mode in code or on a task that it has no meaning for, or leaving it in 64-bit mode (SDM 10.8.5; 2B,
/// "MOV - Move to/from control registers").
flag control_registers::mode_switch_refused(flag enters, flag leaves, const mode_segments& in) const {
  return either(both(both(enters, has(efer_, efer::lme)), either(in.long_code, in.task_of_16_bits)),
                both(both(leaves, has(efer_, efer::lma)), in.long_code));
}

written control_registers::set_cr0(word value, const mode_segments& in) {
  if (!cr0_consistent(value)) return {.refused = true};
  value = (value & cr0::defined) | word{cr0::et};

  const flag enters = both(has(value, cr0::pg), negate(has(cr0_, cr0::pg)));
  const flag leaves = both(has(cr0_, cr0::pg), negate(has(value, cr0::pg)));
  if (both(enters, both(has(efer_, efer::lme), negate(has(cr4_, cr4::pae))))) return {.refused = true};
  if (mode_switch_refused(enters, leaves, in)) return {.refused = true};

  const flag reloads = both(uses_pdptes(value, cr4_), differ(value, cr0_, cr0_bits_that_reload_pdptes));
  if (reloads) {
    pointers fresh;
    if (!load_pdptes(cr3_, fresh)) return {.refused = true};
    pdpte_ = fresh;
  }
  if (both(enters, has(efer_, efer::lme))) efer_ = efer_ | word{efer::lma};
  if (leaves) efer_ = efer_ & word{~efer::lma};
  const flag affects = either(reloads, differ(value, cr0_, cr0::pg | cr0::wp));
  cr0_ = value;
  return {.mode = affects};
}

written control_registers::set_cr3(word value) {
  if (has(efer_, efer::lma)) {
    if (has(value, ~((std::uint64_t{1} << features_.maxphyaddr) - 1))) return {.refused = true};
  } else {
    value = value & word{0xffff'ffff};
  }
  if (uses_pdptes(cr0_, cr4_)) {
    pointers fresh;
    if (!load_pdptes(value, fresh)) return {.refused = true};
    pdpte_ = fresh;
  }
  cr3_ = value;
  return {.mode = paging()};
}

written control_registers::set_cr4(word value) {
  if (!cr4_accepted(value)) return {.refused = true};
  if (both(has(efer_, efer::lma), negate(has(value, cr4::pae)))) return {.refused = true};

  const flag reloads = both(uses_pdptes(cr0_, value), differ(value, cr4_, cr4_bits_that_reload_pdptes));
  if (reloads) {
    pointers fresh;
    if (!load_pdptes(cr3_, fresh)) return {.refused = true};
    pdpte_ = fresh;
  }
  const flag affects = either(reloads, differ(value, cr4_, cr4_bits_that_reload_pdptes | cr4::smap));
  cr4_ = value;
  return {.mode = both(paging(), affects)};
}

written control_registers::set_efer(word value) {
  // LMA is not writable: the processor keeps it in step with LME and CR0.PG.
  value = (value & word{~efer::lma}) | (efer_ & word{efer::lma});
  if (!efer_accepted(value)) return {.refused = true};
  if (both(paging(), differ(value, efer_, efer::lme))) return {.refused = true};

  const flag affects = differ(value, efer_, efer::nxe);
  efer_ = value;
  return {.mode = both(paging(), affects)};
}

void control_registers::take_over(word cr0, std::uint64_t owned_in_cr0, word cr4, std::uint64_t owned_in_cr4) {
  cr0_ = (cr0_ & word{~owned_in_cr0}) | (cr0 & word{owned_in_cr0});
  cr4_ = (cr4_ & word{~owned_in_cr4}) | (cr4 & word{owned_in_cr4});
}

bool control_registers::restore(word cr0, word cr3, word cr4, word efer) {
  const flag paged = has(cr0, cr0::pg), wide = both(paged, has(efer, efer::lme));
  if (!both(both(cr0_consistent(cr0), cr4_accepted(cr4)), efer_accepted(efer))) return false;
  if (has(efer, efer::lma) != wide) return false;
  if (both(wide, negate(has(cr4, cr4::pae)))) return false;
  // Outside of IA-32e mode, too: what it left in the upper half stays there, and is ignored (SDM tables 4-3 and 4-7).
  const word cr3_bits =
      select(features_.long_mode, word{(std::uint64_t{1} << features_.maxphyaddr) - 1}, word{0xffff'ffff});
  if ((cr3 & ~cr3_bits) != word{0}) return false;

  pointers fresh = pdpte_;
  if (both(both(paged, has(cr4, cr4::pae)), negate(wide)) && !load_pdptes(cr3, fresh)) return false;
  cr0_ = (cr0 & cr0::defined) | word{cr0::et};
  cr3_ = cr3;
  cr4_ = cr4;
  efer_ = efer;
  pdpte_ = fresh;
  return true;
}

bool control_registers::adopt(const x86::features& f) {
  const x86::features before = features_;
  features_ = f;
  if (restore(cr0_, cr3_, cr4_, efer_)) return true;
  features_ = before;
  return false;
}

mmu::mode control_registers::mode() const {
  mmu::mode m;
  m.maxphyaddr = features_.maxphyaddr;
  if (!paging()) return m;
  m.wp = has(cr0_, cr0::wp);
  m.smep = has(cr4_, cr4::smep);
  m.smap = has(cr4_, cr4::smap);
  if (!has(cr4_, cr4::pae)) {
    m.format = mmu::paging::bits32;
    m.root = frame_of(gpa{field(cr3_, 0, 32)});
    m.pse = has(cr4_, cr4::pse);
    return m;
  }
  m.nxe = has(efer_, efer::nxe);
  if (has(efer_, efer::lma)) {
    m.format = mmu::paging::level4;
    m.root = {field(cr3_, page_shift, 40)};
    m.gbpages = features_.gbpages;
    return m;
  }
  m.format = mmu::paging::pae;
  m.pdpte = pdpte_;
  return m;
}

}  // namespace umbra::vcpu
