// What segmentation says of an access (SDM volume 3, sections 3.4, 5.3 to 5.5, and 3.3.7.1 for 64-bit mode).

#include "core/emulate/outside.hpp"
#include "core/emulate/width.hpp"
#include "core/x86/canonical.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;

}  // namespace

bool outside::limits(segment_name name, word offset, unsigned bytes, intent how) {
  const vcpu::segment& s = cpu_.state().segments[name];
  const auto refuse = [&] {
    return fault(name == segment_name::ss ? exception::stack : exception::protection, word{0});
  };
  if (env_.mode == cpu_mode::protect) {
    if (has(s.rights, segment_rights::unusable)) return refuse();
    if (has(s.rights, segment_rights::code)) {
      if (how == intent::write || negate(has(s.rights, segment_rights::writable))) return refuse();
    } else if (how == intent::write && negate(has(s.rights, segment_rights::writable))) {
      return refuse();
    }
  }
  const word last = offset + word{bytes - 1};
  const flag expands_down =
      both(has(s.rights, segment_rights::expand_down), negate(has(s.rights, segment_rights::code)));
  if (env_.mode == cpu_mode::protect && expands_down) {
    const word top = select(has(s.rights, segment_rights::big), word{0xffff'ffff}, word{0xffff});
    if (either(offset <= s.limit, last > top)) return refuse();
  } else if (last > s.limit) {
    return refuse();
  }
  return true;
}

bool outside::canonical(segment_name name, gva where, unsigned bytes) {
  if (both(x86::canonical(where.value), x86::canonical(where.value + word{bytes - 1}))) return true;
  return fault(name == segment_name::ss ? exception::stack : exception::protection, word{0});
}

bool outside::check(segment_name name, word offset, unsigned bytes, intent how, gva& where) {
  const vcpu::segment& s = cpu_.state().segments[name];
  if (env_.is64()) {
    const bool based = name == segment_name::fs || name == segment_name::gs;
    where = {based ? s.base + offset : offset};
    return canonical(name, where, bytes);
  }
  where = {truncate(s.base + offset, 4)};
  return limits(name, offset, bytes, how);
}

bool outside::check_target(word offset) {
  if (env_.is64()) return canonical(segment_name::cs, {offset}, 1);
  return offset <= cpu_.state().segments[segment_name::cs].limit || fault(exception::protection, word{0});
}

}  // namespace umbra::emulate
