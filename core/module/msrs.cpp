// Model-specific registers, as C sees them (glue.h).

#include "core/module/core.hpp"

using namespace umbra;

unsigned umbra_msr_count() { return vcpu::msr_file::count; }
unsigned umbra_msr_number(unsigned n) { return static_cast<unsigned>(vcpu::msr_file::describe(n).which); }

int umbra_cpu_read_msr(umbra_cpu* cpu, unsigned number, unsigned long* value) {
  word found{};
  if (!cpu->vmx.read_msr(number, found)) return 0;
  *value = found;
  return 1;
}

int umbra_cpu_write_msr(umbra_cpu* cpu, unsigned number, unsigned long value) {
  return cpu->vmx.write_msr(number, value, vmx::msr_writer::vmm);
}
