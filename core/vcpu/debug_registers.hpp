// MOV to and from debug registers (SDM volume 3, section 18.2).
#pragma once

#include "core/vcpu/register_set.hpp"

namespace umbra::vcpu {

/// How such an instruction ends.
enum class debug_move : unsigned char {
  done,
  undefined,  ///< #UD
  refused,    ///< #GP(0)
  guarded,    ///< #DB, with DR6.BD
};

/// Whether register `number` may be moved at all. DR4 and DR5 are other names of DR6 and DR7, unless there are
/// debugging extensions (CR4.DE); DR7.GD guards them all.
debug_move may_move_debug(const register_set&, word number, flag extensions, flag privileged);

// Of a register that may be moved.

word read_debug(const register_set&, word number);
/// False: reserved bits are set, and nothing has changed.
bool write_debug(register_set&, word number, word value);

}  // namespace umbra::vcpu
