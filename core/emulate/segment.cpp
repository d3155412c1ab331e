// MOV to and from segment registers; LDS, LES, LFS, LGS, LSS.

#include "core/emulate/descriptors.hpp"
#include "core/emulate/families.hpp"

namespace umbra::emulate {

namespace {

using vcpu::segment_name;

bool load_far(execution& x, segment_name name) {
  word selector, offset;
  return x.read_far(selector, offset) && load_segment(x, name, selector) && x.write(x[0], offset);
}

}  // namespace

bool execute_segment(execution& x) {
  word selector;
  switch (static_cast<segment_kind>(x.insn.what->kind)) {
    case segment_kind::store:
      return x.write(x[0], x.now.segments[execution::segment_of(x[1])].selector);
    case segment_kind::load: {
      const segment_name to = execution::segment_of(x[0]);
      if (!x.read(x[1], selector)) return false;
      if (to == segment_name::ss) x.now.blocking = x.now.blocking | word{x86::interruptibility::by_mov_ss};
      return load_segment(x, to, selector);
    }
    case segment_kind::les:
      return load_far(x, segment_name::es);
    case segment_kind::lds:
      return load_far(x, segment_name::ds);
    case segment_kind::lss:
      return load_far(x, segment_name::ss);
    case segment_kind::lfs:
      return load_far(x, segment_name::fs);
    case segment_kind::lgs:
      return load_far(x, segment_name::gs);
  }
  return true;
}

}  // namespace umbra::emulate
