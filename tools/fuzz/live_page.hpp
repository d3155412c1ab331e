// The watcher's side of fuzz/targets/live.hpp: the page that a fuzz target shows its figures on.
#pragma once

#include <filesystem>

#include "fuzz/targets/live.hpp"

namespace umbra::tools {

class live_page {
 public:
  /// Makes the file anew, all zero. Throws `error` if that is not possible.
  explicit live_page(const std::filesystem::path&);
  live_page(const live_page&) = delete;
  live_page& operator=(const live_page&) = delete;
  ~live_page();

  /// What UMBRA_STATS has to be.
  const std::filesystem::path& path() const { return path_; }
  /// A copy of what is shown now.
  fuzz::live now() const;

 private:
  std::filesystem::path path_;
  const fuzz::live* page_ = nullptr;
};

}  // namespace umbra::tools
