#include "models/machine/incident.hpp"

#include <cstdarg>
#include <cstdio>

namespace umbra::machine {

const char* name_of(incident_kind k) {
  switch (k) {
    case incident_kind::assertion: return "assertion";
    case incident_kind::bad_address: return "bad address";
    case incident_kind::bad_access: return "bad access";
    case incident_kind::bad_release: return "bad release";
    case incident_kind::lock_discipline: return "lock discipline";
    case incident_kind::vm_entry: return "VM entry";
    case incident_kind::walk: return "walk";
    case incident_kind::escape: return "escape";
    case incident_kind::flush: return "flush";
    case incident_kind::vmcs: return "VMCS";
  }
  return "?";
}

void incident_log::report(incident_kind kind, const char* format, ...) {
  incident here;
  here.kind = kind;
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(here.text, sizeof here.text, format, arguments);
  va_end(arguments);
  if (count_ < kept) incidents_[count_] = here;
  ++count_;
  if (handler_) handler_(context_, here);
}

}  // namespace umbra::machine
