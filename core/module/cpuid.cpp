// What CPUID answers, as C sees it (glue.h).

#include "core/module/core.hpp"
#include "core/module/placement.hpp"

using namespace umbra;

namespace {

static_assert(umbra_cpuid_limit == vcpu::cpuid_table::limit);

unsigned copy_out(const vcpu::cpuid_table& table, umbra_cpuid_row* out) {
  for (unsigned n = 0; n < table.count(); ++n) {
    const vcpu::cpuid_table::entry& e = table.row(n);
    const vcpu::cpuid_result& r = e.result;
    out[n] = {e.leaf,
              e.subleaf,
              e.has_subleaves,
              static_cast<unsigned>(r.eax),
              static_cast<unsigned>(r.ebx),
              static_cast<unsigned>(r.ecx),
              static_cast<unsigned>(r.edx)};
  }
  return table.count();
}

}  // namespace

unsigned umbra_supported_cpuid(const umbra_features* f, umbra_cpuid_row* rows) {
  auto* table = module::make<vcpu::cpuid_table>(module::features_of(*f), 0u);
  if (table == nullptr) return 0;
  const unsigned count = copy_out(*table, rows);
  module::destroy(table);
  return count;
}

unsigned umbra_cpu_get_cpuid(umbra_cpu* cpu, umbra_cpuid_row* rows) {
  return copy_out(std::as_const(cpu->vmx).guest().cpuid(), rows);
}

int umbra_cpu_set_cpuid(umbra_cpu* cpu, const umbra_cpuid_row* in, unsigned count) {
  for (unsigned n = 0; n < count; ++n) {
    const umbra_cpuid_row& r = in[n];
    cpu->cpuid_rows[n] = {r.leaf, r.subleaf, r.has_subleaves != 0, r.eax, r.ebx, r.ecx, r.edx};
  }
  return cpu->vmx.guest().set_cpuid({cpu->cpuid_rows.data(), count});
}
