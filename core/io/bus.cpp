#include "core/io/bus.hpp"

namespace umbra::io {

bool bus::attach(io::space where, word base, word length, device& owner) {
  if (either(length == word{0}, base + (length - 1) < base)) return false;
  range* free = nullptr;
  for (range& r : ranges_) {
    if (r.owner == nullptr) {
      free = &r;
    } else if (r.space == where && either(r.base - base < length, base - r.base < r.length)) {
      return false;
    }
  }
  if (free == nullptr) return false;
  *free = {where, base, length, &owner};
  return true;
}

void bus::detach(const device& owner) {
  for (range& r : ranges_) {
    if (r.owner == &owner) r = {};
  }
}

const bus::range* bus::find(io::space where, word address, unsigned bytes) const {
  for (const range& r : ranges_) {
    if (r.owner == nullptr || r.space != where) continue;
    const word offset = address - r.base;
    if (both(offset < r.length, r.length - offset >= word{bytes})) return &r;
  }
  return nullptr;
}

bool bus::read(io::space where, word address, unsigned bytes, word& value) const {
  const range* r = find(where, address, bytes);
  return r != nullptr && r->owner->read(*r->owner, address - r->base, bytes, value);
}

bool bus::write(io::space where, word address, unsigned bytes, word value) const {
  const range* r = find(where, address, bytes);
  return r != nullptr && r->owner->write(*r->owner, address - r->base, bytes, value);
}

}  // namespace umbra::io
