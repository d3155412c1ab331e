#include "tools/fuzz/live_page.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "tools/cli/error.hpp"

namespace umbra::tools {

live_page::live_page(const std::filesystem::path& path) : path_(path) {
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ::ftruncate(file, fuzz::live_bytes) != 0) {
    throw error(fmt::format("Cannot write {}.", path_.string()), status::broken);
  }
  void* page = ::mmap(nullptr, fuzz::live_bytes, PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  if (page == MAP_FAILED) throw error(fmt::format("Cannot map {}.", path_.string()), status::broken);
  page_ = static_cast<const fuzz::live*>(page);
}

live_page::~live_page() { ::munmap(const_cast<fuzz::live*>(page_), fuzz::live_bytes); }

fuzz::live live_page::now() const {
  fuzz::live copy;
  std::memcpy(&copy, page_, sizeof copy);
  return copy;
}

}  // namespace umbra::tools
