// Model-specific registers, as C sees them (glue.h).

#include "core/module/core.hpp"

using namespace umbra;

namespace {

/// Those that can be read, so that a VMM can save and restore them.
constexpr auto readable = [] {
  struct {
    std::array<x86::msr, vcpu::msr_file::count> numbers{};
    unsigned count = 0;
  } list;
  for (const vcpu::msr_description& each : vcpu::msr_table) {
    if (each.rule != vcpu::msr_rule::command) list.numbers[list.count++] = each.which;
  }
  return list;
}();

}  // namespace

unsigned umbra_msr_count() { return readable.count; }
unsigned umbra_msr_number(unsigned n) { return static_cast<unsigned>(readable.numbers[n]); }

int umbra_cpu_read_msr(umbra_cpu* cpu, unsigned number, unsigned long* value) {
  word found{};
  if (!cpu->vmx.read_msr(number, found, vmx::msr_user::vmm)) return 0;
  *value = found;
  return 1;
}

void umbra_cpu_ask_for_msrs(umbra_cpu* cpu, int on) { cpu->vmx.ask_for_unknown_msrs(on != 0); }
void umbra_cpu_answer_msr(umbra_cpu* cpu, int refused, unsigned long value) {
  cpu->vmx.answer_msr(refused != 0, value);
}

int umbra_cpu_write_msr(umbra_cpu* cpu, unsigned number, unsigned long value) {
  return cpu->vmx.write_msr(number, value, vmx::msr_user::vmm);
}
