#include "models/machine/processor.hpp"

#include <utility>

#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::machine {

void processor::reset() {
  fields_.clear();
  latched_ = {};
  pdptes_ = {};
  in_guest_ = kicked_ = false;
  injected_ = {};
  tlb_.clear();
  structures_.clear();
}

void processor::save(state& s) const {
  s.fields = fields_;
  s.latched = latched_;
  s.pdptes = pdptes_;
  s.in_guest = in_guest_;
  s.kicked = kicked_;
  s.injected = injected_;
  s.translations.copy(tlb_);
  s.structures.copy(structures_);
}

void processor::restore(const state& s) {
  fields_ = s.fields;
  latched_ = s.latched;
  pdptes_ = s.pdptes;
  in_guest_ = s.in_guest;
  kicked_ = s.kicked;
  injected_ = s.injected;
  tlb_.copy(s.translations);
  structures_.copy(s.structures);
}

bool processor::may_use(x86::vmcs field, const char* verb) const {
  const auto encoding = static_cast<unsigned>(field);
  if (!vmcs_store::exists(field)) {
    around_.incidents.report(incident_kind::vmcs, "field %#x of a vCPU's VMCS %s, and there is none", encoding, verb);
    return false;
  }
  if (in_guest_) {
    around_.incidents.report(incident_kind::vmcs, "field %#x of a vCPU's VMCS %s while it is in guest mode", encoding,
                             verb);
  }
  return true;
}

std::uint64_t processor::read_wrongly(x86::vmcs field) const { return may_use(field, "read") ? fields_.get(field) : 0; }

void processor::write_wrongly(x86::vmcs field, std::uint64_t value) {
  if (!may_use(field, "written")) return;
  const auto encoding = static_cast<unsigned>(field);
  if (x86::part_of(field) == x86::vmcs_part::information) {
    around_.incidents.report(incident_kind::vmcs, "field %#x of a VMCS is for the processor to write", encoding);
    return;
  }
  if (x86::bits_of(field) < 64 && value >> x86::bits_of(field) != 0) {
    around_.incidents.report(incident_kind::vmcs, "%#llx does not fit into field %#x of a VMCS",
                             static_cast<unsigned long long>(value), encoding);
  }
  fields_.set(field, value);
}

controls processor::vmcs() const {
  return {.cr0 = fields_.get(x86::vmcs::guest_cr0),
          .cr3 = fields_.get(x86::vmcs::guest_cr3),
          .cr4 = fields_.get(x86::vmcs::guest_cr4),
          .efer = fields_.get(x86::vmcs::guest_efer),
          .vpid = vpid()};
}

bool processor::level4() const { return (latched_.efer & x86::efer::lma) != 0; }

bool processor::enter() {
  if (in_guest_) {
    around_.incidents.report(incident_kind::vm_entry, "VM entry of a vCPU that is in guest mode already");
    return false;
  }
  const controls next = vmcs();
  if (const char* why = entry_failure(next)) {
    around_.incidents.report(incident_kind::vm_entry, "%s (CR0 %#llx CR3 %#llx CR4 %#llx EFER %#llx VPID %#llx)", why,
                             static_cast<unsigned long long>(next.cr0), static_cast<unsigned long long>(next.cr3),
                             static_cast<unsigned long long>(next.cr4), static_cast<unsigned long long>(next.efer),
                             static_cast<unsigned long long>(next.vpid));
    return false;
  }
  // A processor does not mind, but flushes of the host's are for the tag that the host has given.
  if (next.vpid != tag_) {
    around_.incidents.report(incident_kind::vm_entry, "VM entry under VPID %#llx, where the host has %u for the vCPU",
                             static_cast<unsigned long long>(next.vpid), tag_);
  }
  latched_ = next;
  if (!level4() && !load_pdptes()) return false;
  inject();
  ++around_.count.entries;
  in_guest_ = true;
  return true;
}

bool processor::load_pdptes() {
  // Bits 31:5 of CR3 locate the table, which never crosses a page (SDM 4.4.1, 27.3.2.4).
  const table* t = around_.tables.find(latched_.cr3 >> 12);
  if (!t) {
    around_.incidents.report(incident_kind::vm_entry, "CR3 %#llx does not name a table that is allocated",
                             static_cast<unsigned long long>(latched_.cr3));
    return false;
  }
  for (unsigned n = 0; n < 4; ++n) {
    pdptes_[n] = t->get((latched_.cr3 & 0xfe0) / 8 + n);
    if (pdpte_invalid(pdptes_[n])) {
      around_.incidents.report(incident_kind::vm_entry, "PDPTE %u is %#llx: reserved bits", n,
                               static_cast<unsigned long long>(pdptes_[n]));
      return false;
    }
  }
  return true;
}

void processor::inject() {
  using enum x86::vmcs;
  injected_ = {};
  const std::uint64_t information = fields_.get(entry_event);
  if (!has(information, x86::event_field::valid)) return;
  injected_ = {information, fields_.get(entry_error_code), fields_.get(entry_instruction_length)};
  // With virtual NMIs, an NMI that is injected blocks further ones, as one that arrives would (SDM 27.7.1).
  const bool nmi = field(information, x86::event_field::type_at, x86::event_field::type_bits) ==
                   static_cast<std::uint64_t>(x86::event_type::nmi);
  if (nmi && has(fields_.get(pin_controls), x86::pin_control::virtual_nmis)) {
    fields_.set(guest_interruptibility, fields_.get(guest_interruptibility) | x86::interruptibility::by_nmi);
  }
}

void processor::leave(const exit_information& why) {
  if (!in_guest_) return;
  tell(why);
  in_guest_ = false;
  ++around_.count.exits;
}

void processor::refuse(const exit_information& why) {
  fields_.set(x86::vmcs::exit_reason, why.reason);
  fields_.set(x86::vmcs::exit_qualification, why.qualification);
}

void processor::tell(const exit_information& why) {
  using enum x86::vmcs;
  fields_.set(exit_reason, why.reason);
  fields_.set(exit_qualification, why.qualification);
  fields_.set(exit_event, why.event);
  fields_.set(exit_error_code, why.error_code);
  fields_.set(vectoring_event, why.vectoring_event);
  fields_.set(vectoring_error_code, why.vectoring_error_code);
  fields_.set(instruction_length, why.instruction_length);
  fields_.set(x86::vmcs::instruction_information, why.instruction_information);
  fields_.set(entry_event, fields_.get(entry_event) & ~std::uint64_t{x86::event_field::valid});  // SDM 25.8.3
}

namespace {

x86::vmcs mask_of(x86::vmcs cr) { return cr == x86::vmcs::guest_cr0 ? x86::vmcs::cr0_mask : x86::vmcs::cr4_mask; }
x86::vmcs shadow_of(x86::vmcs cr) { return cr == x86::vmcs::guest_cr0 ? x86::vmcs::cr0_shadow : x86::vmcs::cr4_shadow; }

}  // namespace

bool processor::move_to(x86::vmcs cr, std::uint64_t value) {
  const std::uint64_t hosts = fields_.get(mask_of(cr));
  if (((value ^ fields_.get(shadow_of(cr))) & hosts) != 0) return false;
  fields_.set(cr, (fields_.get(cr) & hosts) | (value & ~hosts));
  return true;
}

std::uint64_t processor::move_from(x86::vmcs cr) const {
  const std::uint64_t hosts = fields_.get(mask_of(cr));
  return (fields_.get(cr) & ~hosts) | (fields_.get(shadow_of(cr)) & hosts);
}

void processor::kick() {
  if (!in_guest_) return;
  leave({.reason = static_cast<std::uint64_t>(x86::exit_reason::external_interrupt)});
  kicked_ = true;
}

bool processor::take_kick() { return std::exchange(kicked_, false); }

void processor::flush() {
  // The VPID that the vCPU is about to run under, and the one that it last ran under: mostly the same.
  drop(vpid());
  if (latched_.vpid != vpid()) drop(latched_.vpid);
}

void processor::drop(std::uint64_t vpid) {
  tlb_.drop_vpid(static_cast<std::uint16_t>(vpid));
  structures_.drop_vpid(static_cast<std::uint16_t>(vpid));
}

result processor::access(std::uint64_t gva, const request& by) {
  ++around_.count.accesses;
  if (!in_guest_) {
    around_.incidents.report(incident_kind::vm_entry, "an access by a vCPU that is not in guest mode");
    return {};
  }
  if (!level4()) gva &= 0xffff'ffff;
  const result r = translate(gva, by, intent::access);
  if (r.what == answer::page_fault) {
    ++around_.count.page_faults;
    forget(gva);
  }
  return r;
}

result processor::probe(std::uint64_t gva, const request& by) const {
  if (!in_guest_) return {};
  if (!level4()) gva &= 0xffff'ffff;
  // With this intent translate() changes nothing; it is not const because the other intents do.
  return const_cast<processor*>(this)->translate(gva, by, intent::probe);
}

void processor::speculate(std::uint64_t gva) {
  if (!in_guest_) return;
  if (!level4()) gva &= 0xffff'ffff;
  if (tlb_.find(static_cast<std::uint16_t>(latched_.vpid), gva >> 12)) return;
  translate(gva, {}, intent::speculate);
}

result processor::translate(std::uint64_t gva, const request& by, intent why) {
  if (level4() && static_cast<std::uint64_t>(static_cast<std::int64_t>(gva << 16) >> 16) != gva) {
    return {false, answer::non_canonical, 0, 0};
  }
  const auto vpid = static_cast<std::uint16_t>(latched_.vpid);
  if (const translation* t = why == intent::speculate ? nullptr : tlb_.find(vpid, gva >> 12)) {
    if (!permitted({t->write, t->user, t->execute}, by)) return fault(by, true, false);
    // A write through an entry whose leaf was not dirty walks again, so that D gets set in memory (SDM 4.8).
    if (!by.write || t->dirty) {
      if (why == intent::access) ++around_.count.tlb_hits;
      return landed(t->frame, gva, why);
    }
  }
  return walk(gva, by, why);
}

void processor::forget(std::uint64_t gva) {
  const auto vpid = static_cast<std::uint16_t>(latched_.vpid);
  tlb_.drop(vpid, gva >> 12);
  structures_.drop(vpid, gva);
}

result processor::landed(std::uint64_t frame, std::uint64_t gva, intent why) {
  const std::uint64_t hpa = frame << 12 | (gva & 0xfff);
  if (!around_.memory.pinned(hpa)) [[unlikely]] {
    if (why != intent::probe) {
      around_.incidents.report(incident_kind::escape,
                               "the guest's access to %#llx goes to host address %#llx, which is not %s",
                               static_cast<unsigned long long>(gva), static_cast<unsigned long long>(hpa),
                               ram::contains(hpa) ? "pinned any more" : "the VM's");
    }
    return {};
  }
  return {true, answer::translated, hpa, 0};
}

}  // namespace umbra::machine
