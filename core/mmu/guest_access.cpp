// Accesses that the emulator makes for the guest, a part at a time.

#include "core/mmu/mmu.hpp"
#include "core/mmu/straddle.hpp"
#include "core/platform/assert.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

namespace {

constexpr unsigned unit = 8, pair = 16;

/// Bytes at any place inside one page. Those inside one aligned unit come from one read, so that a racing write is seen
/// whole or not at all.
word read_bytes(platform::host& host, hpa where, unsigned bytes) {
  const word shift = (where.value & word{unit - 1}) << 3;
  const hpa base{where.value & ~word{unit - 1}};
  const unsigned here = bytes_before(where.value, bytes, unit);
  word value = platform::read(host, base, unit) >> shift;
  if (here < bytes)
    value = (value & word{byte_mask(here)}) | (platform::read(host, base + word{unit}, unit) << (8 * here));
  return value & word{byte_mask(bytes)};
}

/// `bytes` of `value` in the place of those that `unit_value` holds from bit `shift` on.
word merged(word unit_value, word shift, word value, unsigned bytes) {
  return (unit_value & ~(word{byte_mask(bytes)} << shift)) | ((value & word{byte_mask(bytes)}) << shift);
}

}  // namespace

outcome mmu::locate(const context& c, gva reported, access by) {
  platform::guard locked(host_);
  const gva where = linear(c.mode, reported);
  const walk path = walk_guest(memory_, c.mode, where, by);
  memory::lookup to;
  outcome out = conclude(c, where, by, path, to);
  if (out.next == verdict::resume || out.next == verdict::mmio) {
    out.next = verdict::resume;
    out.address = address_of(path.frame) + offset_in_page(where.value);
  }
  commit();
  return out;
}

bool mmu::read_guest(gpa where, word& value, unsigned bytes) {
  UMBRA_ASSERT(bytes >= 1 && bytes <= 8);
  platform::guard locked(host_);
  const memory::lookup from = memory_.find(frame_of(where));
  if (from.backing == nullptr) return false;
  value = read_bytes(host_, address_of(from.backing->number) + offset_in_page(where.value), bytes);
  return true;
}

bool mmu::write_guest(gpa where, word value, unsigned bytes) {
  UMBRA_ASSERT(bytes >= 1 && bytes <= 8);
  platform::guard locked(host_);
  const memory::lookup to = memory_.find(frame_of(where));
  if (to.backing == nullptr || to.read_only) return false;
  store(*to.backing, offset_in_page(where.value), value, bytes);
  commit();
  return true;
}

exchange_result mmu::exchange_guest(gpa where, word expected, word desired, unsigned bytes) {
  UMBRA_ASSERT(bytes >= 1 && bytes <= 8);
  platform::guard locked(host_);
  const memory::lookup to = memory_.find(frame_of(where));
  if (to.backing == nullptr || to.read_only) return exchange_result::no_memory;
  const word offset = offset_in_page(where.value);
  const hpa at = address_of(to.backing->number) + offset;
  const hpa base{at.value & ~word{pair - 1}};
  const unsigned here = bytes_before(at.value, bytes, unit);
  const word shift = (at.value & word{unit - 1}) << 3;
  const flag upper = has(at.value, unit);
  // The units around the operand are exchanged as a whole; their other bytes stay as they are.
  if (here == bytes) {
    const hpa from = base + when(upper, unit);
    const word now = platform::read(host_, from, unit);
    if (((now >> shift) & word{byte_mask(bytes)}) != expected) return exchange_result::lost;
    if (!platform::compare_exchange(host_, from, now, merged(now, shift, desired, bytes), unit))
      return exchange_result::lost;
  } else {
    UMBRA_ASSERT(negate(upper));
    const word_pair now{platform::read(host_, base, unit), platform::read(host_, base + word{unit}, unit)};
    const unsigned rest = bytes - here;
    const word held = ((now.low >> shift) & word{byte_mask(here)}) | ((now.high & word{byte_mask(rest)}) << (8 * here));
    if (held != expected) return exchange_result::lost;
    const word_pair fresh{merged(now.low, shift, desired, here),
                          merged(now.high, word{0}, desired >> (8 * here), rest)};
    if (!platform::compare_exchange(host_, base, now, fresh)) return exchange_result::lost;
  }
  written(*to.backing, offset, bytes);
  commit();
  return exchange_result::exchanged;
}

exchange_result mmu::exchange_guest(gpa where, const word_pair& expected, const word_pair& desired) {
  UMBRA_ASSERT(negate(has(where.value, pair - 1)));
  platform::guard locked(host_);
  const memory::lookup to = memory_.find(frame_of(where));
  if (to.backing == nullptr || to.read_only) return exchange_result::no_memory;
  const word offset = offset_in_page(where.value);
  const hpa at = address_of(to.backing->number) + offset;
  if (!platform::compare_exchange(host_, at, expected, desired)) return exchange_result::lost;
  written(*to.backing, offset, pair);
  commit();
  return exchange_result::exchanged;
}

}  // namespace umbra::mmu
