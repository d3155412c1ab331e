// umbra-layers ROOT: prints what breaks the order of the rooms; exit status 1 if anything does.
#include <cstdio>

#include "ci/layers/layers.hpp"

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "umbra-layers: give the top directory of the repository.\n");
    return 2;
  }
  const auto faults = umbra::ci::faults_of(argv[1]);
  for (const auto& fault : faults) std::printf("%s\n", fault.c_str());
  std::printf("%zu faults\n", faults.size());
  return faults.empty() ? 0 : 1;
}
