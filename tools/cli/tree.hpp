// The repository that the command line works on, and builds of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace umbra::tools {

/// The top of the repository: UMBRA_ROOT, which the front door sets, or the current directory.
std::filesystem::path root();
/// ROOT/build, where everything that the tools make is put.
std::filesystem::path build_root();
/// ROOT/build/PRESET.
std::filesystem::path build_directory(const std::string& preset);

/// An absolute path as seen from where the user stands.
std::filesystem::path shown(const std::filesystem::path&);

/// Configures a preset if need be and builds targets of it. Says so in one line if it takes a while; throws `error` with
/// the end of the log if it fails.
void build(const std::string& preset, const std::vector<std::string>& targets);

/// Finds a target's program in a build directory; throws `error` if it is not there.
std::filesystem::path program(const std::filesystem::path& build_directory, const std::string& name);

std::string read_file(const std::filesystem::path&);
void write_file(const std::filesystem::path&, const std::string& content);
/// The last lines of a text.
std::string tail(const std::string& text, unsigned lines);

}  // namespace umbra::tools
