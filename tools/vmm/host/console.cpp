#include "tools/vmm/host/console.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace umbra::vmm {
namespace {

constexpr std::uint16_t debug_port = 0xe9;
constexpr std::uint32_t answer = 0x756d'6272;

void serve_port(vcpu& v, std::string& said) {
  const auto& io = v.state().io;
  const auto data = v.io_data();
  if (io.port != debug_port) throw std::runtime_error("the guest uses port " + std::to_string(io.port));
  if (io.direction == KVM_EXIT_IO_IN) {
    std::memcpy(data.data(), &answer, std::min(sizeof answer, data.size()));
  } else {
    for (const std::byte b : data) said += static_cast<char>(b);
  }
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

}  // namespace

void run_to_halt(vcpu& v, std::string& said, const std::function<void()>& before_run) {
  for (;;) {
    before_run();
    if (!v.run()) continue;
    if (v.state().exit_reason == KVM_EXIT_HLT) return;
    if (v.state().exit_reason == KVM_EXIT_IO) {
      serve_port(v, said);
      continue;
    }
    throw std::runtime_error("vCPU " + std::to_string(v.id()) + " left " + describe(v) + where(v));
  }
}

}  // namespace umbra::vmm
