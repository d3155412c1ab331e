#include "tools/boot/journal.hpp"

#include <algorithm>
#include <charconv>

#include "tools/boot/script.hpp"

namespace umbra::tools {

namespace {

constexpr std::string_view mark{boot_mark}, log_mark = "umbra-boot: ";

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// "[   12.345678] text" without what is in brackets.
std::string_view without_time(std::string_view line) {
  if (!line.starts_with('[')) return line;
  const std::size_t end = line.find("] ");
  return end == std::string_view::npos ? line : line.substr(end + 2);
}

}  // namespace

journal::journal(std::string_view serial) {
  boot_section* open = nullptr;
  while (!serial.empty()) {
    std::string_view line = next_line(serial);
    if (!take(line, mark)) {
      (open != nullptr ? open->lines : console_).emplace_back(line);
      continue;
    }
    if (line == "up") up_ = true;
    if (line == "over") over_ = true;
    if (take(line, "begin ")) {
      sections_.push_back({std::string(line), {}, std::nullopt});
      open = &sections_.back();
    } else if (open != nullptr && take(line, "end ") && take(line, open->name + " ")) {
      int status = 0;
      std::from_chars(line.data(), line.data() + line.size(), status);
      open->status = status;
      open = nullptr;
    }
  }
}

const boot_section* journal::find(std::string_view name) const {
  const auto at =
      std::find_if(sections_.begin(), sections_.end(), [&](const boot_section& s) { return s.name == name; });
  return at == sections_.end() ? nullptr : &*at;
}

std::vector<log_part> journal::kernel_log() const {
  std::vector<log_part> parts;
  const boot_section* log = find("log");
  if (log == nullptr) return parts;
  for (const std::string& each : log->lines) {
    std::string_view line = without_time(each);
    if (take(line, log_mark)) {
      parts.push_back({std::string(line), {}});
    } else if (!parts.empty()) {
      parts.back().lines.emplace_back(line);
    }
  }
  return parts;
}

}  // namespace umbra::tools
