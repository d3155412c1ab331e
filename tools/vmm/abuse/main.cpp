// umbra-abuse [DEVICE]: asks for everything that a VMM must not get, and sees what happens.
#include <cstdio>

#include "tools/vmm/abuse/session.hpp"

int main(int argc, char** argv) {
  using namespace umbra::abuse;
  session s(argc > 1 ? argv[1] : "/dev/umbra");
  try_requests(s);
  try_regions(s);
  try_registers(s);
  try_identity(s);
  try_events(s);
  try_running(s);
  try_lifetimes(s);
  std::printf("%u checks, %u of them not as they should be\n", s.checks(), s.failures());
  return s.failures() == 0 ? 0 : 1;
}
