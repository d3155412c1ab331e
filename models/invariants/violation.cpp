#include "models/invariants/violation.hpp"

namespace umbra::invariants {

using namespace std::string_view_literals;

std::string_view text(id which) {
  switch (which) {
    case id::none:
      return "none"sv;
    case id::i1_containment:
      return "I1 containment"sv;
    case id::i2_soundness:
      return "I2 soundness"sv;
    case id::i3_write_protection:
      return "I3 write protection"sv;
    case id::i4_dirty_log:
      return "I4 dirty log"sv;
    case id::i5_reverse_map:
      return "I5 reverse map"sv;
    case id::i6_parents:
      return "I6 parents"sv;
    case id::i7a_child:
      return "I7a child"sv;
    case id::i7b_guest:
      return "I7b guest"sv;
    case id::i8_uniqueness:
      return "I8 uniqueness"sv;
    case id::i9_accessed_dirty:
      return "I9 accessed/dirty"sv;
    case id::i10_roots:
      return "I10 roots"sv;
    case id::i11_tlb:
      return "I11 TLB"sv;
    case id::i12_resources:
      return "I12 resources"sv;
    case id::i13_progress:
      return "I13 progress"sv;
    case id::i14_entry:
      return "I14 entry"sv;
    case id::i15_control_registers:
      return "I15 control registers"sv;
    case id::i16_exits:
      return "I16 exits"sv;
  }
  return "?"sv;
}

std::string_view short_text(id which) {
  const std::string_view full = text(which);
  std::size_t length = 0;
  while (length < full.size() && full[length] != ' ') ++length;  // string_view's own search calls libc
  return full.substr(0, length);
}

}  // namespace umbra::invariants
