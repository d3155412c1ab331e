#include "tools/vmm/host/run.hpp"

#include <cstdio>
#include <stdexcept>
#include <string>

#include "tools/vmm/host/events.hpp"

namespace umbra::vmm {
namespace {

void serve_port(vcpu& v, devices& d, attic& a, event_source& events) {
  const auto& io = v.state().io;
  const auto data = v.io_data();
  if (io.direction == KVM_EXIT_IO_IN) {
    d.input(io.port, data, io.size);
    return;
  }
  const auto first = static_cast<std::uint8_t>(data[0]);
  if (events.serve(v, io.port, first) || a.serve(io.port, first)) return;
  d.output(io.port, data, io.size);
}

void serve_memory(const vcpu& v, devices& d) {
  auto& mmio = v.state().mmio;
  const std::span data = std::as_writable_bytes(std::span{mmio.data}).first(mmio.len);
  if (mmio.is_write) {
    d.store(mmio.phys_addr, data);
  } else {
    d.load(mmio.phys_addr, data);
  }
}

/// The sum of number and argument.
void serve_hypercall(vcpu& v) {
  auto& call = v.state().hypercall;
  call.ret = call.nr + call.args[0];
}

std::string where(const vcpu& v) {
  kvm_regs r{};
  request(v.file(), KVM_GET_REGS, &r, "reading registers");
  char text[32];
  std::snprintf(text, sizeof text, " at RIP %#llx", r.rip);
  return text;
}

std::string describe(const vcpu& v) {
  const kvm_run& s = v.state();
  char text[96];
  switch (s.exit_reason) {
    case KVM_EXIT_UNKNOWN:
      std::snprintf(text, sizeof text, "with the hardware's exit reason %#llx", s.hw.hardware_exit_reason);
      break;
    case KVM_EXIT_FAIL_ENTRY:
      std::snprintf(text, sizeof text, "because VM entry failed with %#llx",
                    s.fail_entry.hardware_entry_failure_reason);
      break;
    case KVM_EXIT_INTERNAL_ERROR:
      std::snprintf(text, sizeof text, "with internal error %u", s.internal.suberror);
      break;
    case KVM_EXIT_SHUTDOWN:
      return "for a shutdown";
    default:
      std::snprintf(text, sizeof text, "with exit reason %u", s.exit_reason);
      break;
  }
  return text;
}

/// What the VMM has to do for an exit. False: that is the end.
bool serve(vcpu& v, devices& d, attic& a, event_source& events) {
  switch (v.state().exit_reason) {
    case KVM_EXIT_IO:
      serve_port(v, d, a, events);
      return true;
    case KVM_EXIT_MMIO:
      serve_memory(v, d);
      return true;
    case KVM_EXIT_HYPERCALL:
      serve_hypercall(v);
      return true;
    case KVM_EXIT_SET_TPR:  // no interrupt controller hears of it
      return true;
    case KVM_EXIT_HLT:
      return events.wake(v);
    default:
      throw std::runtime_error("it left " + describe(v));
  }
}

}  // namespace

void run_to_halt(vcpu& v, devices& d, attic& a, const std::function<void()>& before_run) {
  event_source events;
  for (;;) {
    before_run();
    if (!v.run()) continue;
    try {
      if (!serve(v, d, a, events)) return;
    } catch (const std::runtime_error& e) {
      throw std::runtime_error("vCPU " + std::to_string(v.id()) + where(v) + ": " + e.what());
    }
  }
}

}  // namespace umbra::vmm
