// A directory that lives as long as a test.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

namespace umbra::tools {

class scratch {
 public:
  scratch() : path_(std::filesystem::temp_directory_path() / ("umbra_tools_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~scratch() { std::filesystem::remove_all(path_); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  std::filesystem::path operator/(const std::filesystem::path& p) const { return path_ / p; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace umbra::tools
