// IN and OUT of whatever size, once it is certain that the guest may.

#include "core/emulate/width.hpp"
#include "core/vmx/cpu.hpp"

namespace umbra::vmx {

next cpu::ask_port(bool write, word port, unsigned bytes) {
  io::request& r = io();
  r.space = io::space::port;
  r.write = write;
  r.address = port;
  r.bytes = bytes;
  r.count = 1;
  r.data[0] = write ? emulate::truncate(guest_.general().get(word{vcpu::general::rax}), bytes) : word{0};
  return leave({.kind = request_kind::io});
}

next cpu::output(word port, unsigned bytes) {
  const word value = emulate::truncate(guest_.general().get(word{vcpu::general::rax}), bytes);
  const bool done = bus_.write(io::space::port, port, bytes, value);
  // Nothing is left to do for the instruction once userspace has the value.
  advance();
  return done ? next::run : ask_port(true, port, bytes);
}

next cpu::input(word port, unsigned bytes) {
  word value;
  if (bus_.read(io::space::port, port, bytes, value)) return finish_input(value, bytes);
  premise_.registers.general.rip = guest_.general().rip;
  waits_ = waiting::in;
  return ask_port(false, port, bytes);
}

/// IN of a byte or word leaves the rest of RAX as it is; of a doubleword it clears the upper half.
next cpu::finish_input(word value, unsigned bytes) {
  vcpu::general_registers& g = guest_.general();
  const word rax{vcpu::general::rax};
  g.set(rax, bytes == 4 ? emulate::truncate(value, bytes) : emulate::merge(g.get(rax), value, bytes));
  advance();
  return next::run;
}

}  // namespace umbra::vmx
