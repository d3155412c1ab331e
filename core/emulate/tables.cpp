// SGDT, SIDT, LGDT, LIDT, SLDT, STR, LLDT, LTR.

#include "core/emulate/descriptors.hpp"
#include "core/emulate/system.hpp"
#include "core/emulate/width.hpp"
#include "core/x86/canonical.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;

constexpr std::uint64_t base_of_286 =
    0xff'ffff;  ///< with operands of 16 bits a base has 24 (SDM 2A, "LGDT"; 2B, "SGDT")

/// What #AC asks of a pseudo-descriptor, whatever the mode (SDM volume 3, table 6-7: GDTR, IDTR contents).
constexpr unsigned pseudo_alignment = 4;

/// The pseudo-descriptor in memory: a limit of 2 bytes, and behind it a base.
struct pseudo_descriptor {
  extent limit, base;
};

unsigned base_bytes(const execution& x) { return x.env.is64() ? 8 : 4; }

bool find_pseudo(execution& x, outside::intent how, pseudo_descriptor& d) {
  const segment_name s = x.insn.memory.segment;
  const word where = x.offset(), behind = truncate(where + 2, x.insn.address_bytes);
  return x.mem.find(s, where, 2, how, d.limit, pseudo_alignment) &&
         x.mem.find(s, behind, base_bytes(x), how, d.base, 1);
}

bool store_table(execution& x, const vcpu::descriptor_table& t) {
  pseudo_descriptor d;
  if (!find_pseudo(x, outside::intent::write, d)) return false;
  x.mem.write(d.limit, t.limit);
  x.mem.write(d.base, !x.env.is64() && x.insn.operand_bytes == 2 ? t.base & word{base_of_286} : t.base);
  return true;
}

bool load_table(execution& x, vcpu::descriptor_table& t) {
  pseudo_descriptor d;
  word limit, base;
  if (!find_pseudo(x, outside::intent::read, d) || !x.mem.read(d.limit, limit) || !x.mem.read(d.base, base))
    return false;
  if (x.env.is64()) {
    if (!x86::canonical(base)) return x.refuse();
  } else if (x.insn.operand_bytes == 2) {
    base = base & word{base_of_286};
  }
  t = {base, limit};
  return true;
}

/// LDT and TSS descriptors have 16 bytes in IA-32e mode (SDM volume 3, section 3.5.2).
bool read_system_descriptor(execution& x, word selector, descriptor& d, word& high) {
  if (has(selector, selector::local)) return x.fault(exception::protection, selector_error(selector));
  if (!read_descriptor(x, selector, d)) return false;
  if (!x.env.long_mode) return true;
  extent e;
  if ((selector & word{selector::index}) + 15 > x.now.segments.gdtr.limit) {
    return x.fault(exception::protection, selector_error(selector));
  }
  if (!x.mem.find_implicit(d.where + word{8}, 8, outside::intent::read, e) || !x.mem.read(e, high)) return false;
  return field(high, 40, 5) == word{0} || x.fault(exception::protection, selector_error(selector));
}

vcpu::segment with_high_base(const descriptor& d, word selector, word high) {
  vcpu::segment s = d.as_segment(selector);
  s.base = s.base | (high << 32);
  s.rights = d.rights();
  return s;
}

bool load_ldt(execution& x, word selector) {
  vcpu::segment& ldtr = x.now.segments[segment_name::ldtr];
  if (is_null(selector)) {
    ldtr = {selector, word{0}, word{0}, word{segment_rights::unusable}};
    return true;
  }
  descriptor d;
  word high{0};
  if (!read_system_descriptor(x, selector, d, high)) return false;
  if ((d.rights() & word{segment_rights::code_or_data | segment_rights::type}) != word{segment_rights::ldt}) {
    return x.fault(exception::protection, selector_error(selector));
  }
  if (!has(d.rights(), segment_rights::present)) return x.fault(exception::not_present, selector_error(selector));
  ldtr = with_high_base(d, selector, high);
  return true;
}

bool load_task(execution& x, word selector) {
  if (is_null(selector)) return x.refuse();
  descriptor d;
  word high{0};
  if (!read_system_descriptor(x, selector, d, high)) return false;
  const word type = d.rights() & word{segment_rights::code_or_data | segment_rights::type};
  // An available TSS; of 16 bits only outside IA-32e mode.
  const flag small = both(type == word{segment_rights::tss16}, flag{!x.env.long_mode});
  if (!either(type == word{segment_rights::tss}, small))
    return x.fault(exception::protection, selector_error(selector));
  if (!has(d.rights(), segment_rights::present)) return x.fault(exception::not_present, selector_error(selector));
  extent e;
  if (!x.mem.find_implicit(d.where, 8, outside::intent::write, e)) return false;
  x.mem.exchange(e, d.raw, d.raw | word{segment_rights::busy << 40});
  x.now.segments[segment_name::tr] = with_high_base(d, selector, high);
  x.now.segments[segment_name::tr].rights = d.rights() | word{segment_rights::busy};
  return true;
}

}  // namespace

bool execute_table(execution& x, system_kind kind) {
  word selector;
  switch (kind) {
    case system_kind::sgdt:
      return store_table(x, x.now.segments.gdtr);
    case system_kind::sidt:
      return store_table(x, x.now.segments.idtr);
    case system_kind::lgdt:
      return load_table(x, x.now.segments.gdtr);
    case system_kind::lidt:
      return load_table(x, x.now.segments.idtr);
    case system_kind::sldt:
      return x.write(x[0], x.now.segments[segment_name::ldtr].selector);
    case system_kind::str:
      return x.write(x[0], x.now.segments[segment_name::tr].selector);
    case system_kind::lldt:
      return x.read(x[0], selector) && load_ldt(x, selector);
    case system_kind::ltr:
      return x.read(x[0], selector) && load_task(x, selector);
    default:
      return true;
  }
}

}  // namespace umbra::emulate
