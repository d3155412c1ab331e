// Makes specimen number n of a seed. The same header on both sides, so that only the number has to be sent.
#pragma once

#include "fuzz/guest/system/shared/accesses.hpp"
#include "fuzz/guest/system/shared/control.hpp"
#include "fuzz/guest/system/shared/segments.hpp"
#include "fuzz/guest/system/shared/state.hpp"

namespace umbra::system_guest {

class generator {
 public:
  generator(const abilities& machine, std::uint64_t seed) : machine_(machine), seed_(seed) {}

  void make(std::uint32_t number, specimen& made) const {
    opguest::random chance{seed_, number};
    draft d{machine_, chance, made};
    d.clear();
    draw_state(d);
    made.what = static_cast<family>(chance.below(family_count));
    write_code(d);
    d.settle_stack();
  }

 private:
  static void write_code(draft& d) {
    switch (d.made.what) {
      case family::control:
        return write_control(d);
      case family::status:
        return write_status(d);
      case family::debug:
        return write_debug(d);
      case family::tables:
        return write_tables(d);
      case family::local:
        return write_local(d);
      case family::segment:
        return write_segment(d);
      case family::branch:
        return write_branch(d);
      case family::interrupt:
        return write_interrupt(d);
      case family::flags:
        return write_flags(d);
      case family::port:
        return write_port(d);
      case family::privilege:
        return write_privilege(d);
      case family::access:
        return write_access(d);
      case family::string:
        return write_string(d);
      case family::stack:
        return write_stack(d);
      case family::undefined:
        return write_undefined(d);
    }
  }

  abilities machine_;
  std::uint64_t seed_;
};

}  // namespace umbra::system_guest
