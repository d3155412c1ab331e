#include "tools/ops/load.hpp"

#include <fmt/format.h>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

std::string content_of(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw error(fmt::format("There is no file {}.", path.string()));
  if (std::filesystem::is_directory(path)) throw error(fmt::format("{} is a directory.", path.string()));
  const std::string content = read_file(path);
  if (content.empty()) throw error(fmt::format("{} is empty.", path.string()));
  return content;
}

std::span<const std::uint8_t> bytes_of(const std::string& s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
std::string string_of(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

loaded load(const std::filesystem::path& path) {
  const std::string content = content_of(path);
  loaded result;
  result.was_text = fuzz::is_text(content);
  if (result.was_text) {
    fuzz::parse_error e;
    if (!fuzz::from_text(content, result.program, e)) {
      throw error(e.line == 0 ? fmt::format("{}: {}", path.string(), e.message)
                              : fmt::format("{}:{}: {}", path.string(), e.line, e.message));
    }
    return result;
  }
  result.program = fuzz::decode(bytes_of(content));
  return result;
}

std::string raw_of(const fuzz::program& p) { return string_of(fuzz::encode(p)); }

loaded_trial load_trial(const std::filesystem::path& path) {
  const std::string content = content_of(path);
  loaded_trial result;
  result.was_text = fuzz::is_trial_text(content);
  if (!result.was_text) {
    fuzz::decode_trial(bytes_of(content), result.trial);
    return result;
  }
  std::string problem;
  unsigned line = 0;
  if (!fuzz::from_text(content, result.trial, problem, line)) {
    throw error(fmt::format("{}:{}: {}", path.string(), line, problem));
  }
  return result;
}

std::string raw_of(const fuzz::trial& t) {
  std::vector<std::uint8_t> bytes;
  fuzz::encode_trial(t, bytes);
  return string_of(bytes);
}

bool holds_trial_text(const std::filesystem::path& path) { return fuzz::is_trial_text(content_of(path)); }
bool holds_program_text(const std::filesystem::path& path) { return fuzz::is_text(content_of(path)); }

}  // namespace umbra::tools
