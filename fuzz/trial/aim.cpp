#include "fuzz/trial/aim.hpp"

#include <algorithm>

#include "fuzz/trial/guest.hpp"
#include "fuzz/trial/reading.hpp"

namespace umbra::fuzz {

bool aim_at(trial& t, std::uint64_t linear) {
  const reading r = reading_of(t);
  if (r.how != emulate::decoding::complete) return false;
  const emulate::memory_operand& m = r.insn.memory;
  const auto& all = r.insn.operands;
  const bool in_memory = std::any_of(all.begin(), all.end(),
                                     [](const emulate::operand& o) { return o.kind == emulate::operand_kind::memory; });
  if (!in_memory || !m.has_base || (m.has_index && m.index == m.base)) return false;
  const vcpu::register_set before = registers_of(t);
  const std::uint64_t index = m.has_index ? before.general.get(m.index) << m.scale : 0;
  const std::uint64_t based =
      t.mode == trial_mode::long64 && m.segment != vcpu::segment_name::fs && m.segment != vcpu::segment_name::gs
          ? 0
          : before.segments[m.segment].base;
  t.gpr[m.base] = linear - based - index - m.displacement;
  return true;
}

}  // namespace umbra::fuzz
