#include "fuzz/world/loaded_msrs.hpp"

#include <algorithm>

namespace umbra::fuzz {

loaded_msrs::loaded_msrs(const machine::processor& cpu, const host_memory& memory) {
  constexpr unsigned entry_bytes = 16, value_at = 8;
  const std::uint64_t at = cpu.read_register(x86::vmcs::entry_msr_load_address);
  count_ = static_cast<unsigned>(std::min<std::uint64_t>(cpu.read_register(x86::vmcs::entry_msr_load_count), limit));
  for (unsigned n = 0; n < count_; ++n) {
    entries_[n] = {memory.read(at + n * entry_bytes, 4), memory.read(at + n * entry_bytes + value_at, 8)};
  }
}

std::optional<loaded_msrs::difference> loaded_msrs::differs(const loaded_msrs& before,
                                                            std::optional<std::uint64_t> written,
                                                            std::uint64_t value) const {
  for (unsigned n = 0; n < count_; ++n) {
    const std::uint64_t expected = written == entries_[n].number ? value : before.entries_[n].value;
    if (entries_[n].value != expected) return difference{entries_[n].number, entries_[n].value, expected};
  }
  return {};
}

}  // namespace umbra::fuzz
