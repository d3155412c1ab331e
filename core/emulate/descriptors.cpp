#include "core/emulate/descriptors.hpp"

#include "core/emulate/width.hpp"
#include "core/x86/canonical.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;

/// Real mode and virtual-8086 mode: a segment is what its selector says. Limits and rights stay in real mode, and are
/// fixed in the other (SDM volume 3, sections 20.1.1 and 20.2.1).
void load_flat(execution& x, segment_name name, word selector) {
  vcpu::segment& s = x.now.segments[name];
  s.selector = selector;
  s.base = selector << 4;
  if (x.env.mode == cpu_mode::virtual8086) {
    s.limit = word{0xffff};
    s.rights = word{segment_rights::real_data | segment_rights::dpl};
  }
}

void load_null(execution& x, segment_name name, word selector) {
  // SS keeps a DPL, which is the CPL.
  x.now.segments[name] = {
      selector, word{0}, word{0},
      word{segment_rights::unusable} | (name == segment_name::ss ? x.env.cpl << segment_rights::dpl_at : word{0})};
}

flag is_code(word r) { return has_all(r, segment_rights::code_or_data | segment_rights::code); }
flag is_data(word r) {
  return (r & word{segment_rights::code_or_data | segment_rights::code}) == word{segment_rights::code_or_data};
}
flag readable_or_data(word r) {
  return both(has(r, segment_rights::code_or_data),
              either(negate(has(r, segment_rights::code)), has(r, segment_rights::writable)));
}

bool refuse(execution& x, word selector) { return x.fault(exception::protection, selector_error(selector)); }

/// Takes a descriptor that has passed all checks but its presence.
bool take(execution& x, segment_name name, word selector, const descriptor& d, exception absent) {
  if (!has(d.rights(), segment_rights::present)) return x.fault(absent, selector_error(selector));
  if (!set_accessed(x, d)) return false;
  x.now.segments[name] = d.as_segment(selector);
  return true;
}

bool load_stack_segment(execution& x, word selector) {
  const word rpl = selector & word{selector::rpl};
  if (is_null(selector)) {
    if (!x.env.is64() || x.env.user || rpl != x.env.cpl) return x.refuse();
    load_null(x, segment_name::ss, selector);
    return true;
  }
  descriptor d;
  if (!read_descriptor(x, selector, d)) return false;
  const word r = d.rights();
  if (rpl != x.env.cpl || !is_data(r) || !has(r, segment_rights::writable) || d.dpl() != x.env.cpl)
    return refuse(x, selector);
  return take(x, segment_name::ss, selector, d, exception::stack);
}

bool load_data_segment(execution& x, segment_name name, word selector) {
  if (is_null(selector)) {
    load_null(x, name, selector);
    return true;
  }
  descriptor d;
  if (!read_descriptor(x, selector, d)) return false;
  const word r = d.rights();
  if (!readable_or_data(r)) return refuse(x, selector);
  const flag conforming = both(is_code(r), has(r, segment_rights::expand_down));
  if (!conforming) {
    if (either((selector & word{selector::rpl}) > d.dpl(), x.env.cpl > d.dpl())) return refuse(x, selector);
  }
  return take(x, name, selector, d, exception::not_present);
}

/// Who may enter a code segment: by JMP and CALL whoever runs at its level, or, if it conforms, also below (SDM 2A,
/// "CALL").
flag may_enter(const execution& x, transfer how, word selector, const descriptor& d) {
  const word rpl = selector & word{selector::rpl};
  const flag conforming = has(d.rights(), segment_rights::expand_down);
  if (how == transfer::ret) return select(conforming, d.dpl() <= rpl, d.dpl() == rpl);
  return select(conforming, d.dpl() <= x.env.cpl, both(rpl <= x.env.cpl, d.dpl() == x.env.cpl));
}

/// Whether code may go on at `offset` of a new segment.
flag reaches(const execution& x, const vcpu::segment& s, word offset) {
  if (x.env.long_mode && has(s.rights, segment_rights::long_mode)) {
    return x86::canonical(offset);
  }
  return offset <= s.limit;
}

}  // namespace

vcpu::segment descriptor::as_segment(word selector) const {
  const word pages = field(raw, 0, 16) | (field(raw, 48, 4) << 16);
  const word limit = select(has(rights(), segment_rights::granularity), (pages << 12) | word{0xfff}, pages);
  return {selector, field(raw, 16, 24) | (field(raw, 56, 8) << 24), limit, rights() | word{segment_rights::accessed}};
}

bool read_descriptor(execution& x, word selector, descriptor& d) {
  const vcpu::segments& s = x.now.segments;
  word base = s.gdtr.base, limit = s.gdtr.limit;
  if (has(selector, selector::local)) {
    const vcpu::segment& ldt = s[segment_name::ldtr];
    if (either(has(ldt.rights, segment_rights::unusable), is_null(ldt.selector))) return refuse(x, selector);
    base = ldt.base;
    limit = ldt.limit;
  }
  const word at = selector & word{selector::index};
  if (at + 7 > limit) return refuse(x, selector);
  d.where = {base + at};
  extent e;
  return x.mem.find_implicit(d.where, 8, outside::intent::read, e) && x.mem.read(e, d.raw);
}

bool set_accessed(execution& x, const descriptor& d) {
  if (has(d.rights(), segment_rights::accessed)) return true;
  extent e;
  if (!x.mem.find_implicit(d.where, 8, outside::intent::write, e)) return false;
  x.mem.exchange(e, d.raw, d.raw | word{segment_rights::accessed << 40});
  return true;
}

bool load_segment(execution& x, segment_name name, word selector) {
  if (x.env.flat_selectors()) {
    load_flat(x, name, selector);
    return true;
  }
  return name == segment_name::ss ? load_stack_segment(x, selector) : load_data_segment(x, name, selector);
}

bool load_code(execution& x, transfer how, word selector, word offset) {
  if (x.env.flat_selectors()) {
    load_flat(x, segment_name::cs, selector);
    if (!reaches(x, x.now.segments[segment_name::cs], offset)) return x.refuse();
    x.now.general.rip = offset;
    return true;
  }
  if (is_null(selector)) return x.refuse();
  const word rpl = selector & word{selector::rpl};
  if (how == transfer::ret && rpl != x.env.cpl)
    return rpl < x.env.cpl ? refuse(x, selector) : x.stop(verdict::unsupported);
  descriptor d;
  if (!read_descriptor(x, selector, d)) return false;
  const word r = d.rights();
  if (!has(r, segment_rights::code_or_data) && how != transfer::ret)
    return x.stop(verdict::unsupported);  // a gate or a task
  if (!is_code(r)) return refuse(x, selector);
  // In IA-32e mode a code segment is of 64 bits or of 32, not both (SDM volume 3, section 5.2.1).
  if (x.env.long_mode && has_all(r, segment_rights::long_mode | segment_rights::big)) return refuse(x, selector);
  if (!may_enter(x, how, selector, d)) return refuse(x, selector);
  if (!take(x, segment_name::cs, (selector & ~word{selector::rpl}) | x.env.cpl, d, exception::not_present))
    return false;
  if (!reaches(x, x.now.segments[segment_name::cs], offset)) return x.refuse();
  x.now.general.rip = offset;
  return true;
}

}  // namespace umbra::emulate
