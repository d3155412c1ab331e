// The MMU's counters, by name.

#include "core/module/core.hpp"

namespace {

using umbra::mmu::statistics;

struct named {
  const char* name;
  std::uint64_t statistics::*value;
};

constexpr named all[] = {{"pf_fixed", &statistics::pf_fixed},       {"pf_guest", &statistics::pf_guest},
                         {"pf_emulate", &statistics::pf_emulate},   {"unprotected", &statistics::unprotected},
                         {"pf_mmio", &statistics::pf_mmio},         {"pf_retry", &statistics::pf_retry},
                         {"tlb_flush", &statistics::tlb_flush},     {"remote_tlb_flush", &statistics::remote_tlb_flush},
                         {"invlpg", &statistics::invlpg},           {"pte_write", &statistics::pte_write},
                         {"pte_updated", &statistics::pte_updated}, {"shadow_zapped", &statistics::shadow_zapped},
                         {"flooded", &statistics::flooded},         {"recycled", &statistics::recycled},
                         {"cache_miss", &statistics::cache_miss},   {"root_load", &statistics::root_load}};
static_assert(std::size(all) == umbra_statistics && sizeof(statistics) == umbra_statistics * sizeof(std::uint64_t));

}  // namespace

const char* umbra_statistic_name(unsigned n) { return all[n].name; }

void umbra_core_statistics(umbra_core* c, unsigned long* values) {
  // Each is a word that only the holder of the MMU lock changes; the sum of them need not be of one moment.
  for (unsigned n = 0; n < umbra_statistics; ++n) {
    values[n] = __atomic_load_n(&(c->mmu.counters().*all[n].value), __ATOMIC_RELAXED);
  }
}
