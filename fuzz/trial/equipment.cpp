#include "fuzz/trial/equipment.hpp"

#include <cstdio>
#include <stdexcept>

namespace umbra::fuzz {

laboratory::equipment::equipment() {
  std::byte* memory = const_cast<std::byte*>(host.memory().frame(0));
  paint_memory(memory);
  if (!window_bus.attach(io::space::memory, device_window.begin, device_window.end - device_window.begin, window) ||
      !window_bus.attach(io::space::port, 0, 0x10000, ports)) {
    throw std::runtime_error("no device");
  }
  const auto region = [](std::uint64_t begin, std::uint64_t end) {
    return reference::region{begin >> 12, (end - begin) >> 12, machine::first_guest_frame + (begin >> 12)};
  };
  map.slot_count = 4;
  map.alias_count = 0;
  map.slots[0] = region(0, device_window.begin);
  map.slots[1] = region(device_window.begin, device_window.end);
  map.slots[2] = region(device_window.end, emucheck::ram_bytes);
  map.slots[3] = region(tables_at, memory_end);
}

short_text difference(const vcpu::register_set& a, const vcpu::register_set& b) {
  short_text said;
  const auto differ = [&](const char* name, unsigned n, std::uint64_t x, std::uint64_t y) {
    if (x == y || !said.empty()) return;
    std::snprintf(said.text, sizeof said.text, "%s%u is %#llx, should be %#llx", name, n,
                  static_cast<unsigned long long>(x), static_cast<unsigned long long>(y));
  };
  for (unsigned n = 0; n < 16; ++n) differ("general register ", n, a.general.get(n), b.general.get(n));
  differ("rip", 0, a.general.rip, b.general.rip);
  differ("rflags", 0, a.general.rflags, b.general.rflags);
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    const vcpu::segment &x = a.segments[static_cast<vcpu::segment_name>(n)],
                        &y = b.segments[static_cast<vcpu::segment_name>(n)];
    differ("selector of segment ", n, x.selector, y.selector);
    differ("base of segment ", n, x.base, y.base);
    differ("limit of segment ", n, x.limit, y.limit);
    differ("rights of segment ", n, x.rights, y.rights);
  }
  differ("gdtr base", 0, a.segments.gdtr.base, b.segments.gdtr.base);
  differ("gdtr limit", 0, a.segments.gdtr.limit, b.segments.gdtr.limit);
  differ("idtr base", 0, a.segments.idtr.base, b.segments.idtr.base);
  differ("idtr limit", 0, a.segments.idtr.limit, b.segments.idtr.limit);
  differ("cr", 2, a.general.cr2, b.general.cr2);
  differ("cr", 8, a.cr8, b.cr8);
  for (unsigned n = 0; n < a.breakpoint.size(); ++n) differ("dr", n, a.breakpoint[n], b.breakpoint[n]);
  differ("dr", 6, a.dr6, b.dr6);
  differ("dr", 7, a.dr7, b.dr7);
  differ("blocking", 0, a.blocking, b.blocking);
  return said;
}

}  // namespace umbra::fuzz
