// T5: which segment registers the core lets hardware enter with, and what hardware gets in the place of real mode's.
#include "core/vmx/enterable.hpp"
#include "core/vmx/real_mode.hpp"
#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/vmx_controls.hpp"
#include "models/reference/real_mode.hpp"
#include "models/reference/vm_entry/rules.hpp"
#include "models/reference/vm_entry/terms.hpp"
#include "proofs/story.hpp"

namespace umbra::proofs {

namespace {

using vmx::segmentation;

constexpr unsigned judged = 6;  // ES, CS, SS, DS, FS, GS

/// Any, of the widths that the VMCS gives them.
vcpu::segments any_segments(smt::path& p) {
  vcpu::segments s = vcpu::segments::at_reset();
  for (unsigned n = 0; n < judged; ++n) {
    vcpu::segment& r = s.registers[n];
    r.selector = field(p.any_word("selector"), 0, 16);
    r.base = p.any_word("base");
    r.limit = field(p.any_word("limit"), 0, 32);
    r.rights = field(p.any_word("access rights"), 0, 32);
  }
  return s;
}

/// The fields that the rules on segment registers read.
struct guest_fields {
  const vcpu::segments& segments;
  segmentation mode;  ///< as hardware is to run the guest

  word operator()(x86::vmcs which) const {
    using enum x86::vmcs;
    for (unsigned n = 0; n < vcpu::segment_count; ++n) {
      const vcpu::segment& s = segments.registers[n];
      if (which == nth(guest_es_selector, n)) return s.selector;
      if (which == nth(guest_es_base, n)) return s.base;
      if (which == nth(guest_es_limit, n)) return s.limit;
      if (which == nth(guest_es_rights, n)) return s.rights;
    }
    switch (which) {
      case guest_cr0:
        return x86::cr0::pe | x86::cr0::pg;
      case guest_rflags:
        return word{mode == segmentation::virtual8086 ? x86::rflags::vm : 0};
      case entry_controls:
        return word{mode == segmentation::ia32e ? x86::entry_control::guest_64_bit : 0};
      case guest_gdtr_base:
        return segments.gdtr.base;
      case guest_gdtr_limit:
        return segments.gdtr.limit;
      case guest_idtr_base:
        return segments.idtr.base;
      case guest_idtr_limit:
        return segments.idtr.limit;
      default:
        return word{0};
    }
  }
};

struct no_memory {
  word read(word, unsigned) const { return ~word{0}; }
};

std::string told(const smt::witness& w, const unit& u, const char* failing, const vcpu::segments& s) {
  story t(w, "T5", u, failing);
  t.enter(*u.guest, s);
  return t.text();
}

std::string what(const reference::entry_rule& r) { return std::string(r.subject) + ' ' + r.text; }

/// Virtual-8086 mode stands in exactly where each segment register means the same there; and then entry takes it.
void real_mode(smt::path& p, const vcpu::segments& s, const reference::entry_view& disguised, const vcpu::segments& d,
               flag taken) {
  flag due{true};
  for (unsigned n = 0; n < judged; ++n) {
    const vcpu::segment& r = s.registers[n];
    due = both(due, reference::means_the_same_in_virtual_8086_mode(r.selector, r.base, r.limit, r.rights));
  }
  p.prove(taken == due, "umbra enters exactly where each means the same");
  for (const reference::entry_rule& r : reference::segment_rules())
    p.prove(reference::implies(taken, r.holds(disguised)), "in disguise, " + what(r) + ", where umbra enters");
  for (const reference::entry_rule& r : reference::system_segment_rules())
    p.prove(r.holds(disguised), "in disguise, " + what(r));
  p.prove(vmx::real_mode::reveal(d, s).same_as(s), "what is disguised is revealed");
  const word flags = p.any_word("RFLAGS") & word{~x86::rflags::vm}, hardware = vmx::real_mode::disguise_flags(flags);
  p.prove(has(hardware, x86::rflags::vm), "hardware runs virtual-8086 mode");
  p.prove((hardware & word{x86::rflags::iopl}) == word{0}, "at IOPL 0, so that all that needs privilege exits");
  p.prove(vmx::real_mode::reveal_flags(hardware, flags) == flags, "RFLAGS can be revealed");
}

void body(smt::path& p, const unit& u) {
  const vcpu::segments s = any_segments(p);
  p.on_case([&](const smt::witness& w, const char* failing) { return told(w, u, failing, s); });
  const flag taken = vmx::enterable(s, *u.guest);
  p.prefer(taken);
  const reference::vmx_processor processor{};
  const no_memory nothing;
  if (*u.guest == segmentation::real) {
    const vcpu::segments d = vmx::real_mode::disguise(s);
    const guest_fields fields{d, segmentation::virtual8086};
    real_mode(p, s, {fields, nothing, processor}, d, taken);
    p.conclude();
    return;
  }
  const guest_fields fields{s, *u.guest};
  const reference::entry_view v{fields, nothing, processor};
  flag due{true};
  for (const reference::entry_rule& r : reference::segment_rules()) {
    const flag holds = r.holds(v);
    p.prove(reference::implies(taken, holds), what(r) + ", where umbra enters");
    due = both(due, holds);
  }
  p.prove(reference::implies(due, taken), "umbra enters where no rule is broken");
  p.conclude();
}

constexpr const char* assumptions[] = {
    "Selectors have 16 bits, limits and access rights 32: the VMCS keeps no more.",
    "The processor has no unrestricted guests, and the guest's CR0.PE is 1 in the VMCS.",
};
constexpr const char* production[] = {"core/vmx/enterable.cpp", "core/vmx/real_mode.cpp"};

std::vector<unit> units(tier) {
  std::vector<unit> all;
  for (const segmentation mode :
       {segmentation::real, segmentation::virtual8086, segmentation::protect, segmentation::ia32e}) {
    unit u;
    u.guest = mode;
    all.push_back(u);
  }
  return all;
}

}  // namespace

extern const theorem entry_theorem{
    "T5",
    "entry",
    "For any segment registers ES to GS: umbra lets hardware enter with them exactly where each rule of VM entry on "
    "them holds (27.3.1.2); in real mode, exactly where they mean the same in virtual-8086 mode, whose own pass each "
    "rule, and from which they can be told.",
    assumptions,
    production,
    units,
    body,
};

}  // namespace umbra::proofs
