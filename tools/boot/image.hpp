// The disk that the emulated machine boots from. The same files make the same bytes.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace umbra::tools {

struct image_request {
  std::filesystem::path kernel;
  std::string init;                                    ///< the text of /init
  std::map<std::string, std::filesystem::path> files;  ///< by name in the emulated machine
};

/// Makes `work`/boot.iso and returns its path. Throws `error` if a program that it takes fails.
std::filesystem::path make_image(const image_request&, const std::filesystem::path& work);

}  // namespace umbra::tools
