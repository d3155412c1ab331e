// Holds the MMU lock for a scope.
#pragma once

#include "core/platform/platform.hpp"

namespace umbra::platform {

class guard {
 public:
  explicit guard(host& h) : host_(h) { lock(host_); }
  ~guard() { unlock(host_); }
  guard(const guard&) = delete;
  guard& operator=(const guard&) = delete;

 private:
  host& host_;
};

}  // namespace umbra::platform
