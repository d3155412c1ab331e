#include "fuzz/targets/board.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace umbra::fuzz {

board::board() {
  const char* path = std::getenv("UMBRA_STATS");
  if (path == nullptr) return;
  const int file = ::open(path, O_RDWR | O_CREAT, 0644);
  if (file < 0) return;
  void* page = ::ftruncate(file, live_bytes) == 0
                   ? ::mmap(nullptr, live_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                   : MAP_FAILED;
  ::close(file);
  if (page == MAP_FAILED) return;
  page_ = static_cast<live*>(page);
  before_ = page_->counts;
  page_->version = live::current_version;
}

void board::show(const tally& counts) {
  ++page_->executions;
  page_->counts = before_;
  page_->counts += counts;
  const std::size_t last = std::size(page_->live_pages) - 1;
  ++page_->live_pages[std::min<std::size_t>(counts.live_pages, last)];
}

void board::show(const char* id, const char* text) {
  std::snprintf(page_->finding_id, sizeof page_->finding_id, "%s", id);
  std::snprintf(page_->finding_text, sizeof page_->finding_text, "%s", text);
}

}  // namespace umbra::fuzz
