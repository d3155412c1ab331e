#include "fuzz/trial/performance.hpp"

#include <algorithm>

#include "fuzz/emulator/engine.hpp"

namespace umbra::fuzz {

namespace {

/// Calls until which a repeated instruction may go on; what is left then does not matter.
constexpr unsigned most_calls = 640, most_answers = 1280;

bool in_window(std::uint64_t address, unsigned bytes) {
  return address >= device_window.begin && address + bytes <= device_window.end;
}

std::uint64_t host_address(std::uint64_t gpa) { return machine::ram::address_of_frame(0) + gpa; }

}  // namespace

std::uint64_t stage::hole_value(std::uint64_t address, unsigned bytes) {
  std::uint64_t z = (address + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
  z ^= z >> 29;
  return bytes == 8 ? z : z & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

std::uint64_t stage::read_window(std::uint64_t address, unsigned bytes) {
  return ram_.load(host_address(address), bytes);
}

void stage::write_window(std::uint64_t address, unsigned bytes, std::uint64_t value) {
  const machine::author before = ram_.journal().sign(machine::author::host);
  ram_.store(host_address(address), value, bytes);
  ram_.journal().sign(before);
}

stage::window::window(stage& s)
    : io::device{[](io::device& d, word offset, unsigned bytes, word& value) {
                   auto& self = static_cast<window&>(d);
                   const std::uint64_t at = device_window.begin + offset;
                   value = self.owner.read_window(at, bytes);
                   self.to->items.push_back({io::space::memory, false, bytes, at, value});
                   return true;
                 },
                 [](io::device& d, word offset, unsigned bytes, word value) {
                   auto& self = static_cast<window&>(d);
                   const std::uint64_t at = device_window.begin + offset;
                   self.owner.write_window(at, bytes, value);
                   self.to->items.push_back({io::space::memory, true, bytes, at, value});
                   return true;
                 }},
      owner(s) {}

stage::ports::ports()
    : io::device{[](io::device& d, word port, unsigned bytes, word& value) {
                   auto& self = static_cast<ports&>(d);
                   if (!self.takes()) return false;
                   value = emucheck::port_value(static_cast<std::uint16_t>(port), self.to->inputs++) &
                           emulate::mask_of(bytes);
                   self.to->items.push_back({io::space::port, false, bytes, port, value});
                   return true;
                 },
                 [](io::device& d, word port, unsigned bytes, word value) {
                   auto& self = static_cast<ports&>(d);
                   if (!self.takes()) return false;
                   self.to->items.push_back({io::space::port, true, bytes, port, value & emulate::mask_of(bytes)});
                   return true;
                 }} {}

void stage::answer(io::request& q, performance& p) {
  for (unsigned n = 0; n < q.count; ++n) {
    if (q.space == io::space::port) {
      if (!q.write) q.data[n] = emucheck::port_value(static_cast<std::uint16_t>(q.address), p.inputs++);
    } else if (in_window(q.address, q.bytes)) {
      if (q.write)
        write_window(q.address, q.bytes, q.data[n]);
      else
        q.data[n] = read_window(q.address, q.bytes);
    } else if (!q.write) {
      q.data[n] = hole_value(q.address, q.bytes);
    }
    p.items.push_back({q.space, q.write, q.bytes, q.address, q.data[n] & emulate::mask_of(q.bytes)});
  }
}

void stage::perform(guest& g, emulate::emulator& e, performance& p, bool on) {
  if (!on) {
    p.items.clear();
    p.inputs = 0;
  }
  p.again = 0;
  p.stuck = false;
  emulate::result r = e.step();
  unsigned answers = 0;
  while (true) {
    if (r.next == emulate::verdict::again) {
      if (++p.again == most_calls) {
        p.stuck = true;
        break;
      }
      r = e.step();
    } else if (r.next == emulate::verdict::device) {
      if (++answers == most_answers) {
        p.stuck = true;
        e.forget();
        break;
      }
      answer(e.request(), p);
      r = e.finish();
    } else {
      break;
    }
  }
  p.last = r;
  p.after = g.cpu.state();
  const vcpu::control_registers& c = g.cpu.registers();
  p.cr0 = c.cr0();
  p.cr3 = c.cr3();
  p.cr4 = c.cr4();
  p.efer = c.efer();
}

void stage::collect(std::size_t mark, std::vector<changed_byte>& out) {
  out.clear();
  ++round_;
  const machine::journal& j = ram_.journal();
  for (std::size_t i = mark; i < j.size(); ++i) {
    const machine::stored& s = j[i];
    for (unsigned n = 0; n < s.bytes; ++n) {
      const auto at = static_cast<std::uint32_t>(s.hpa - host_address(0) + n);
      if (seen_[at] == round_) continue;  // the first store knows what was there
      seen_[at] = round_;
      const auto before = static_cast<std::uint8_t>(s.before >> (8 * n)),
                 after = static_cast<std::uint8_t>(ram_.load(host_address(at), 1));
      if (before != after) out.push_back({at, before, after});
    }
  }
  std::sort(out.begin(), out.end(), [](const changed_byte& a, const changed_byte& b) { return a.at < b.at; });
}

}  // namespace umbra::fuzz
