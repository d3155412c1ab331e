#include "tools/fuzz/shifts.hpp"

#include <algorithm>
#include <cstdint>

namespace umbra::tools {

// The workers' time, one after the other, is a line that is cut in as many equal pieces as there are subjects.
std::vector<shift> share_out(unsigned subjects, unsigned workers, unsigned seconds) {
  const std::uint64_t all = std::uint64_t{workers} * seconds;
  std::vector<shift> result;
  for (unsigned worker = 0; worker < workers; ++worker) {
    const std::uint64_t start = std::uint64_t{worker} * seconds;
    for (unsigned subject = 0; subject < subjects; ++subject) {
      const std::uint64_t begin = std::max(start, subject * all / subjects);
      const std::uint64_t end = std::min(start + seconds, (subject + 1) * all / subjects);
      if (begin < end) {
        result.push_back({worker, subject, static_cast<unsigned>(begin - start), static_cast<unsigned>(end - begin)});
      }
    }
  }
  return result;
}

}  // namespace umbra::tools
