// IN, OUT; INS, OUTS.

#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"
#include "core/x86/address.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;
using vcpu::general::rcx, vcpu::general::rdx, vcpu::general::rsi, vcpu::general::rdi;

/// Where the task's I/O permission bit map has its offset, and the least that a TSS with one holds (SDM volume
/// 1, 18.5.2).
constexpr std::uint64_t map_base_at = 102;

bool read_implicit(execution& x, word where, word& value) {
  extent e;
  return x.mem.find_implicit({where}, 2, outside::intent::read, e) && x.mem.read(e, value);
}

/// Below IOPL, and in virtual-8086 mode always, the task's bit map decides; a bit that is set or absent forbids a port.
bool may_use(execution& x, word port, unsigned bytes) {
  if (x.env.mode == cpu_mode::real) return true;
  if (x.env.mode != cpu_mode::virtual8086 && x.env.cpl <= x.env.iopl) return true;
  const vcpu::segment& tss = x.now.segments[segment_name::tr];
  const word type = tss.rights & word{segment_rights::type & ~segment_rights::busy};
  if (either(has(tss.rights, segment_rights::unusable), type != word{segment_rights::tss}) ||
      map_base_at + 1 > tss.limit)
    return x.refuse();
  word map, bits;
  if (!read_implicit(x, tss.base + map_base_at, map)) return false;
  const word at = map + (port >> 3);
  if (at + 1 > tss.limit) return x.refuse();
  if (!read_implicit(x, tss.base + at, bits)) return false;
  return ((bits >> (port & word{7})) & word{(1u << bytes) - 1}) == word{0} || x.refuse();
}

bool in(execution& x) {
  word port, value;
  if (!x.read(x[1], port) || !may_use(x, port, x[0].bytes)) return false;
  return x.mem.input(port, x[0].bytes, value) && x.write(x[0], value);
}

bool out(execution& x) {
  word port, value;
  if (!x.read(x[0], port) || !x.read(x[1], value) || !may_use(x, port, x[1].bytes)) return false;
  x.mem.output(port, x[1].bytes, value);
  return true;
}

/// INS and OUTS: which memory, and how much of it at once.
class run {
 public:
  run(execution& x, bool input)
      : x_(x),
        input_(input),
        bytes_(x[0].bytes),
        address_bytes_(x.insn.address_bytes),
        index_(input ? rdi : rsi),
        segment_(input ? segment_name::es : x.insn.memory.segment),
        how_(input ? outside::intent::write : outside::intent::read),
        down_(static_cast<bool>(x.flag_set(rflags::df))) {}

  bool execute() {
    const bool repeats = x_.insn.repeat != repeat_prefix::none;
    const word count = repeats ? x_.general(rcx, address_bytes_) : word{1};
    if (count == word{0}) return true;
    const word port = x_.general(rdx, 2);
    if (!may_use(x_, port, bytes_)) return false;
    extent first;
    if (!x_.mem.find(segment_, item(0), bytes_, how_, first)) return false;
    unsigned items = planned_items(first, count);
    if (!move(port, first, items)) return false;
    x_.set_general(word{index_}, item(items), address_bytes_);
    if (!repeats) return true;
    const word left = truncate(count - word{items}, address_bytes_);
    x_.set_general(word{rcx}, left, address_bytes_);
    x_.how.finished = static_cast<bool>(left == word{0});
    return true;
  }

 private:
  /// The offset of the n-th item.
  word item(unsigned n) const {
    const word start = x_.general(index_, address_bytes_), distance{bytes_ * n};
    return truncate(down_ ? start - distance : start + distance, address_bytes_);
  }

  /// How many to move at once. Decided once: it depends on what there is memory for.
  unsigned planned_items(const extent& first, word count) {
    word known;
    unsigned n = 1;
    if (!x_.mem.learnt.recall(known)) {
      n = whole_items(first, count);
      x_.mem.learnt.note(word{n});
      return n;
    }
    while (n < io::request::limit && word{n} != known) ++n;
    return n;
  }

  /// How many items, up to `count`, lie in the same page of memory and inside the segment.
  unsigned whole_items(const extent& first, word count) {
    word ignored;
    if (first.here != bytes_ || x_.flag_set(rflags::tf)) return 1;
    if (!x_.cpu().shadow_mmu().read_guest(first.first, ignored, bytes_)) return 1;
    gva start, where;
    if (!x_.mem.check(segment_, item(0), bytes_, how_, start)) return 1;
    unsigned n = 1;
    while (n < io::request::limit && word{n} < count) {
      if (!x_.mem.check(segment_, item(n), bytes_, how_, where)) {
        x_.mem.stopped = {};  // the fault is that item's, when its turn comes
        break;
      }
      const word last = where.value + word{bytes_ - 1};
      if (either((where.value >> page_shift) != (start.value >> page_shift),
                 (last >> page_shift) != (start.value >> page_shift))) {
        break;
      }
      ++n;
    }
    return n;
  }

  bool move(word port, const extent& first, unsigned& items) {
    word value;
    if (items > 1) {
      if (input_) {
        if (!x_.mem.input_items(port, bytes_, items)) return false;
        x_.mem.write_items(first.first, bytes_, items, down_);
        return true;
      }
      if (x_.mem.output_items(port, first.first, bytes_, items, down_)) return true;
      items = 1;
    }
    if (input_) {
      if (!x_.mem.input(port, bytes_, value)) return false;
      x_.mem.write(first, value);
      return true;
    }
    if (!x_.mem.read(first, value)) return false;
    x_.mem.output(port, bytes_, value);
    return true;
  }

  execution& x_;
  bool input_;
  unsigned bytes_, address_bytes_, index_;
  segment_name segment_;
  outside::intent how_;
  bool down_;
};

}  // namespace

bool execute_port(execution& x) {
  switch (static_cast<port_kind>(x.insn.what->kind)) {
    case port_kind::in:
      return in(x);
    case port_kind::out:
      return out(x);
    case port_kind::ins:
      return run(x, true).execute();
    case port_kind::outs:
      return run(x, false).execute();
  }
  return true;
}

}  // namespace umbra::emulate
