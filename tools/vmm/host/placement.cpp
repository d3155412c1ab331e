#include "tools/vmm/host/placement.hpp"

#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace umbra::vmm {

void run_on(unsigned n) {
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(n % static_cast<unsigned long>(count), &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0)
    throw std::system_error(errno, std::generic_category(), "moving to another processor");
}

}  // namespace umbra::vmm
