// `platform::host` as the module defines it.
#pragma once

#include "core/module/glue.h"
#include "core/platform/platform.hpp"

namespace umbra::module {
class live_check;
}

namespace umbra::platform {

struct host {
  umbra_vm* vm = nullptr;
  std::uint64_t direct_map = 0;  ///< where the kernel sees host-physical address 0

  module::live_check* check = nullptr;  ///< null: not wanted

  void* at(hpa a) const { return reinterpret_cast<void*>(direct_map + a.value); }
  hpa address_of(const void* p) const { return {reinterpret_cast<std::uint64_t>(p) - direct_map}; }
};

}  // namespace umbra::platform
