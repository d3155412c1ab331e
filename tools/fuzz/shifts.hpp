// Who fuzzes what, and when: the same core time for each subject, whatever the numbers of subjects and workers.
#pragma once

#include <vector>

namespace umbra::tools {

/// A worker's time with one subject.
struct shift {
  unsigned worker = 0, subject = 0;
  unsigned from = 0, seconds = 0;  ///< `from` after the start

  bool operator==(const shift&) const = default;
};

/// All shifts of a session of `seconds`, by worker and then by time. Shares differ by a second at most, no worker
/// idles, and no subject has a worker twice.
std::vector<shift> share_out(unsigned subjects, unsigned workers, unsigned seconds);

}  // namespace umbra::tools
