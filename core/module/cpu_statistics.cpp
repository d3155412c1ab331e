// What a vCPU has done, by name.

#include "core/module/core.hpp"

namespace {

using namespace umbra;
using vmx::statistics;

constexpr unsigned number(x86::exit_reason r) { return static_cast<unsigned>(r); }

/// Exits for one reason.
template <x86::exit_reason r>
std::uint64_t exits(const statistics& s) {
  return s.exits[number(r)];
}

template <std::uint64_t statistics::*value>
std::uint64_t counter(const statistics& s) {
  return s.*value;
}

using enum x86::exit_reason;

constexpr struct {
  const char* name;
  std::uint64_t (*value)(const statistics&);
} all[] = {{"light_exits", counter<&statistics::light_exits>},
           {"exception_exits", exits<exception_or_nmi>},
           {"irq_exits", exits<external_interrupt>},
           {"irq_window_exits", exits<interrupt_window>},
           {"nmi_window_exits", exits<nmi_window>},
           {"cpuid_exits", exits<cpuid>},
           {"halt_exits", exits<hlt>},
           {"invlpg_exits", exits<invlpg>},
           {"cr_exits", exits<control_register>},
           {"io_exits", exits<io>},
           {"rdmsr_exits", exits<rdmsr>},
           {"wrmsr_exits", exits<wrmsr>},
           {"exception_injections", counter<&statistics::exceptions>},
           {"nmi_injections", counter<&statistics::nmis>},
           {"irq_injections", counter<&statistics::interrupts>},
           {"events_taken_back", counter<&statistics::taken_back>},
           {"fpu_loads", counter<&statistics::fpu_loads>},
           {"hypercalls", counter<&statistics::hypercalls>},
           {"insn_emulation", counter<&statistics::emulated>}};
static_assert(std::size(all) == umbra_cpu_statistics);

}  // namespace

const char* umbra_cpu_statistic_name(unsigned n) { return all[n].name; }

void umbra_cpu_read_statistics(umbra_cpu* cpu, unsigned long* values) {
  // The vCPU may be at work: each is a word, and they need not be of one moment.
  for (unsigned n = 0; n < umbra_cpu_statistics; ++n) values[n] = all[n].value(cpu->vmx.counters());
}
