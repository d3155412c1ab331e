// IN and OUT (SDM table 28-5). String instructions leave as what they are: unknown.

#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

namespace {

constexpr unsigned size_bits = 3, port_at = 16, port_bits = 16;
constexpr std::uint64_t in = 1u << 3, string = 1u << 4;

}  // namespace

next io(cpu& c) {
  const word q = c.vmcs().read<x86::vmcs::exit_qualification>();
  if (has(q, string)) return unknown(c);
  request r{.kind = request_kind::io};
  r.io.in = has(q, in);
  r.io.bytes = field(q, 0, size_bits) + 1;
  r.io.port = field(q, port_at, port_bits);
  r.io.data = c.guest().general().get_32(word{vcpu::general::rax});
  c.advance();
  return r.io.in ? c.await_in(r) : c.leave(r);
}

}  // namespace umbra::vmx::exits
