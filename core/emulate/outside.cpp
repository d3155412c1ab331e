#include "core/emulate/outside.hpp"

#include "core/emulate/width.hpp"
#include "core/mmu/straddle.hpp"

namespace umbra::emulate {

namespace {

/// How many of `bytes` from `offset` on a segment with `limit` has; it has the first.
unsigned bytes_within(word limit, word offset, unsigned bytes) {
  for (unsigned n = 1; n < bytes; ++n) {
    if (offset + word{n} > limit) return n;
  }
  return bytes;
}

}  // namespace

extent part_of(const extent& whole, unsigned at, unsigned bytes) {
  UMBRA_ASSERT(at + bytes <= whole.bytes);
  extent e;
  e.bytes = bytes;
  if (at >= whole.here) {
    e.first = whole.second + word{at - whole.here};
    e.here = bytes;
  } else {
    e.first = whole.first + word{at};
    e.second = whole.second;
    e.here = whole.here - at < bytes ? whole.here - at : bytes;
  }
  return e;
}

void outside::start(const environment& env) {
  env_ = env;
  learnt.clear();
  restart();
}

void outside::restart() {
  learnt.rewind();
  wanted_.clear();
  performed_ = 0;
  performing_ = false;
  stopped = {};
}

bool outside::fault(x86::exception v) {
  stopped = {};
  stopped.next = verdict::fault;
  stopped.event.vector = v;
  return false;
}

bool outside::fault(x86::exception v, word code) {
  fault(v);
  stopped.event.has_code = env_.mode != cpu_mode::real;
  stopped.event.code = code;
  return false;
}

bool outside::fetch(code_bytes& code) {
  const vcpu::register_set& r = cpu_.state();
  const vcpu::segment& cs = r.segments[vcpu::segment_name::cs];
  const word offset = r.general.rip + word{code.count};
  gva where{offset};
  unsigned wanted = longest_instruction - code.count;
  if (env_.is64()) {
    if (!canonical(vcpu::segment_name::cs, where, 1)) return false;
  } else {
    if (offset > cs.limit) return fault(x86::exception::protection, word{0});
    wanted = bytes_within(cs.limit, offset, wanted);
    where = {truncate(cs.base + offset, 4)};
  }
  wanted = mmu::bytes_in_page(where.value, wanted);
  gpa at;
  if (!translate(where, {.user = env_.user, .fetch = true}, at)) return false;
  while (wanted > 0) {
    const unsigned n = wanted < 8 ? wanted : 8;
    word bytes;
    if (!cpu_.shadow_mmu().read_guest(at, bytes, n)) {
      stopped.next = verdict::unsupported;  // code in a device
      return false;
    }
    for (unsigned i = 0; i < n; ++i) code.bytes[code.count++] = field(bytes, 8 * i, 8);
    at = at + word{n};
    wanted -= n;
  }
  return true;
}

bool outside::translate(gva where, const mmu::access& by, gpa& out) {
  if (learnt.recall(out.value)) return true;
  const mmu::outcome o = cpu_.shadow_mmu().locate(cpu_.context(), where, by);
  switch (o.next) {
    case mmu::verdict::inject:
      fault(x86::exception::page_fault, o.error_code);
      stopped.event.has_code = true;
      stopped.event.address = o.fault;
      return false;
    case mmu::verdict::resume:
      out = o.address;
      learnt.note(out.value);
      return true;
    default:
      stopped.next = verdict::again;  // the guest changed an entry under the walk
      return false;
  }
}

bool outside::locate(gva where, unsigned bytes, const mmu::access& by, extent& out) {
  out.bytes = bytes;
  out.here = mmu::bytes_in_page(where.value, bytes);
  if (!translate(where, by, out.first)) return false;
  if (out.here == bytes) return true;
  gva next = where + word{out.here};
  if (!env_.is64()) next = {truncate(next.value, 4)};
  return translate(next, by, out.second);
}

bool outside::find(vcpu::segment_name name, word offset, unsigned bytes, intent how, extent& out, unsigned aligned) {
  const word flags = cpu_.state().general.rflags;
  gva where;
  if (!check(name, offset, bytes, how, where)) return false;
  if (!locate(where, bytes, {.user = env_.user, .write = how == intent::write, .ac = has(flags, x86::rflags::ac)},
              out)) {
    return false;
  }
  const word ask{(aligned != 0 ? aligned : bytes) - 1};
  if (both(both(env_.user, has(flags, x86::rflags::ac)), (where.value & ask) != word{0})) {
    if (has(cpu_.registers().cr0(), x86::cr0::am)) return fault(x86::exception::alignment, word{0});
  }
  return true;
}

bool outside::find_implicit(gva where, unsigned bytes, intent how, extent& out) {
  return locate(where, bytes, {.write = how == intent::write}, out);
}

/// Bytes inside one page.
bool outside::read_run(gpa where, unsigned bytes, word& value) {
  if (learnt.recall(value)) return true;
  if (!cpu_.shadow_mmu().read_guest(where, value, bytes) && !bus_.read(io::space::memory, where.value, bytes, value)) {
    describe(io::space::memory, false, where.value, bytes, 1);
    return ask();
  }
  learnt.note(value);
  return true;
}

/// Memory as it will be once this instruction's writes are performed.
word outside::overlaid(gpa where, word value, unsigned bytes) const {
  for (unsigned n = 0; n < wanted_.size(); ++n) {
    const store& s = wanted_[n];
    if (s.kind != store_kind::plain) continue;
    for (unsigned i = 0; i < bytes; ++i) {
      for (unsigned j = 0; j < s.bytes; ++j) {
        const word byte = field(s.value.low, 8 * j, 8) << (8 * i);
        value = select(where.value + word{i} == s.address + word{j},
                       (value & word{~(std::uint64_t{0xff} << (8 * i))}) | byte, value);
      }
    }
  }
  return value;
}

bool outside::read(const extent& from, word& value) {
  if (!read_run(from.first, from.here, value)) return false;
  value = truncate(overlaid(from.first, value, from.here), from.here);
  if (from.here == from.bytes) return true;
  const unsigned rest = from.bytes - from.here;
  word high;
  if (!read_run(from.second, rest, high)) return false;
  value = value | (truncate(overlaid(from.second, high, rest), rest) << (8 * from.here));
  return true;
}

void outside::add(const extent& to, store_kind kind, word expected, word value) {
  wanted_.add({.kind = kind,
               .bytes = to.here,
               .address = to.first.value,
               .value = {truncate(value, to.here), {}},
               .expected = {truncate(expected, to.here), {}}});
  if (to.here == to.bytes) return;
  const unsigned rest = to.bytes - to.here, shift = 8 * to.here;
  wanted_.add(
      {kind, rest, to.second.value, {truncate(value >> shift, rest), {}}, {truncate(expected >> shift, rest), {}}});
}

void outside::write(const extent& to, word value) { add(to, store_kind::plain, word{0}, value); }

void outside::exchange(const extent& to, word expected, word desired) {
  // No processor primitive covers an operand that straddles 16 bytes; like KVM, write it without holding a bus lock.
  const bool whole = to.here == to.bytes && mmu::bytes_before(to.first.value, to.bytes, 16) == to.bytes;
  add(to, whole ? store_kind::exchange : store_kind::plain, expected, desired);
}

void outside::exchange(const extent& to, const mmu::word_pair& expected, const mmu::word_pair& desired) {
  wanted_.add({store_kind::pair, 16, to.first.value, desired, expected});
  // Where there is no memory, two writes to a device stand in for it.
  wanted_.add({store_kind::plain, 8, to.first.value, {desired.low, {}}, {}});
  wanted_.add({store_kind::plain, 8, to.first.value + 8, {desired.high, {}}, {}});
}

bool outside::input(word port, unsigned bytes, word& value) {
  if (learnt.recall(value)) return true;
  if (!bus_.read(io::space::port, port, bytes, value)) {
    describe(io::space::port, false, port, bytes, 1);
    return ask();
  }
  learnt.note(value);
  return true;
}

void outside::output(word port, unsigned bytes, word value) {
  wanted_.add({store_kind::port, bytes, port, {value, {}}, {}});
}

bool outside::device_write(io::space where, word address, unsigned bytes, word value) {
  if (bus_.write(where, address, bytes, value)) return true;
  describe(where, true, address, bytes, 1);
  request.data[0] = value;
  return ask();
}

bool outside::perform(const store& s) {
  mmu::mmu& m = cpu_.shadow_mmu();
  const gpa where{s.address};
  const auto lost = [&] {
    stopped.next = verdict::again;
    return false;
  };
  switch (s.kind) {
    case store_kind::port:
      return device_write(io::space::port, s.address, s.bytes, s.value.low);
    case store_kind::exchange: {
      const mmu::exchange_result e = m.exchange_guest(where, s.expected.low, s.value.low, s.bytes);
      if (e == mmu::exchange_result::lost) return lost();
      return e == mmu::exchange_result::exchanged || device_write(io::space::memory, s.address, s.bytes, s.value.low);
    }
    case store_kind::pair: {
      const mmu::exchange_result e = m.exchange_guest(where, s.expected, s.value);
      if (e == mmu::exchange_result::lost) return lost();
      if (e == mmu::exchange_result::exchanged) performed_ += 2;
      return true;
    }
    case store_kind::items_in:
      store_items(s);
      return true;
    case store_kind::items_out:
      return send_items(s);
    case store_kind::plain:
      break;
  }
  return m.write_guest(where, s.value.low, s.bytes) || device_write(io::space::memory, s.address, s.bytes, s.value.low);
}

bool outside::perform() {
  performing_ = true;
  while (performed_ < wanted_.size()) {
    const store& s = wanted_[performed_];
    if (!perform(s)) {
      // A request that userspace will answer counts as done: the answer to a write is that it has been taken.
      if (stopped.next == verdict::device) ++performed_;
      return false;
    }
    ++performed_;
  }
  return true;
}

void outside::describe(io::space where, bool write, word address, unsigned bytes, unsigned count) {
  request.space = where;
  request.write = write;
  request.address = address;
  request.bytes = bytes;
  request.count = count;
}

bool outside::ask() {
  stopped.next = verdict::device;
  return false;
}

void outside::answered() {
  if (request.write) return;
  learnt.note(request.count == 1 ? truncate(request.data[0], request.bytes) : word{request.count});
}

}  // namespace umbra::emulate
