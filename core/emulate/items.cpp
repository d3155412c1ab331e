// Runs of items between a port and memory: one request to userspace for all of them, as KVM makes it.

#include "core/emulate/outside.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {

namespace {

/// Where the n-th item lies.
gpa item_at(gpa first, unsigned bytes, unsigned n, bool down) {
  return {down ? first.value - word{bytes * n} : first.value + word{bytes * n}};
}

}  // namespace

bool outside::input_items(word port, unsigned bytes, unsigned& count) {
  word came;
  if (learnt.recall(came)) {
    // Userspace gives as many as it was asked for; and behind what a device in the core gave nothing can be asked.
    UMBRA_ASSERT(came == word{count});
    return true;
  }
  unsigned n = 0;
  while (n < count && bus_.read(io::space::port, port, bytes, request.data[n])) ++n;
  if (n == 0) {
    describe(io::space::port, false, port, bytes, count);
    return ask();
  }
  count = n;
  learnt.note(word{n});
  return true;
}

void outside::write_items(gpa first, unsigned bytes, unsigned count, bool down) {
  wanted_.add({.kind = store_kind::items_in, .bytes = bytes, .address = first.value, .count = count, .down = down});
}

/// What has no memory any more by now (its slot was taken away since it was found) goes nowhere.
void outside::store_items(const store& s) {
  for (unsigned n = 0; n < s.count; ++n) {
    cpu_.shadow_mmu().write_guest(item_at({s.address}, s.bytes, n, s.down), truncate(request.data[n], s.bytes),
                                  s.bytes);
  }
}

bool outside::output_items(word port, gpa first, unsigned bytes, unsigned count, bool down) {
  for (unsigned n = 0; n < count; ++n) {
    if (!cpu_.shadow_mmu().read_guest(item_at(first, bytes, n, down), request.data[n], bytes)) return false;
  }
  wanted_.add({.kind = store_kind::items_out, .bytes = bytes, .address = port, .count = count});
  return true;
}

bool outside::send_items(const store& s) {
  unsigned n = 0;
  while (n < s.count && bus_.write(io::space::port, s.address, s.bytes, request.data[n])) ++n;
  if (n == s.count) return true;
  for (unsigned left = n; left < s.count; ++left) request.data[left - n] = request.data[left];
  describe(io::space::port, true, s.address, s.bytes, s.count - n);
  return ask();
}

}  // namespace umbra::emulate
