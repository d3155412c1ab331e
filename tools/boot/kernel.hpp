// The kernel that is booted: Debian's for virtual machines, fetched as a package and unpacked, never installed.
#pragma once

#include <filesystem>
#include <string>

namespace umbra::tools {

struct boot_kernel {
  std::string version;          ///< "6.1.0-56-cloud-amd64"
  std::filesystem::path image;  ///< vmlinuz
};

/// The kernel that umbra.ko is built for: the newest whose headers are installed. Throws `error` if there are none, or
/// the package cannot be had.
boot_kernel fetch_kernel(const std::filesystem::path& work);

}  // namespace umbra::tools
