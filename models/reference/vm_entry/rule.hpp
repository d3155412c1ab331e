// A rule of VM entry: one sentence of the SDM, and what follows when the VMCS breaks it.
#pragma once

#include <cstdint>
#include <span>

#include <word/word.hpp>

#include "models/reference/vm_entry/view.hpp"

namespace umbra::reference {

/// How VM entry fails for a rule that is broken (27.2, 27.3.1, 27.8).
enum class entry_failure : std::uint8_t {
  control,  ///< VMfailValid, error 7
  host,     ///< VMfailValid, error 8
  guest,    ///< exit 33, qualification 0
  pdptes,   ///< exit 33, qualification 2
  nmi,      ///< exit 33, qualification 3; a processor may also enter
  link,     ///< exit 33, qualification 4
};
constexpr unsigned entry_failures = 6;

struct entry_rule {
  entry_failure failure;
  const char* section;  ///< of SDM volume 3
  const char* subject;  ///< "CS", "CR0", ...
  const char* text;     ///< what must hold
  flag (*holds)(const entry_view&);
};

using entry_rules = std::span<const entry_rule>;

}  // namespace umbra::reference
