#include "tools/fuzz/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace umbra::tools {

std::string short_number(double n) {
  const char* suffix = "";
  for (const char* next : {"k", "M", "G", "T"}) {
    if (n < 1000) break;
    n /= 1000;
    suffix = next;
  }
  if (*suffix == '\0') return fmt::format("{:.0f}", n);
  return fmt::format("{:.{}f}{}", n, n < 10 ? 2 : n < 100 ? 1 : 0, suffix);
}

progress::progress() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

void progress::show(const figures& now, double seconds, double left) {
  const double since = seconds - shown_;
  if (since < (terminal_ ? 0.5 : 10.0)) return;
  const auto rate = [&](std::uint64_t a, std::uint64_t b) { return short_number(static_cast<double>(a - b) / since); };
  const std::string line =
      fmt::format("{:>4.0f} s left | {} exec/s | {} guest ops/s | coverage {} | corpus {} | {} invariant checks",
                  std::max(0.0, left), rate(now.executions, before_.executions),
                  rate(now.counts.effective, before_.counts.effective), now.coverage, now.corpus,
                  short_number(static_cast<double>(now.counts.checks)));
  if (terminal_) {
    std::fputs(("\r\033[K" + line).c_str(), stdout);
    open_ = true;
  } else {
    std::fputs((line + "\n").c_str(), stdout);
  }
  std::fflush(stdout);
  shown_ = seconds;
  before_ = now;
}

void progress::end() {
  if (open_) std::fputs("\r\033[K", stdout);
  open_ = false;
}

}  // namespace umbra::tools
