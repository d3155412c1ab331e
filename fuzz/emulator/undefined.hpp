// What the SDM leaves undefined after an instruction, so that two processors may differ in it.
#pragma once

#include <cstdint>

#include "fuzz/emulator/form.hpp"
#include "fuzz/emulator/specimen.hpp"

namespace umbra::emucheck {

struct undefined_state {
  std::uint64_t flags = 0;   ///< of RFLAGS
  bool destination = false;  ///< the result itself
};

undefined_state undefined_after(const form&, const specimen&);

}  // namespace umbra::emucheck
