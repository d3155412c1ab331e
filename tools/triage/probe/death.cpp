#include "tools/triage/probe/death.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cctype>
#include <cstring>
#include <string>

namespace umbra::tools {

namespace {

/// The rest of the first line that contains `mark`, from behind it.
std::string_view behind(std::string_view log, std::string_view mark) {
  const std::size_t at = log.find(mark);
  if (at == std::string_view::npos) return {};
  const std::size_t from = at + mark.size();
  return log.substr(from, log.find('\n', from) - from);
}

/// Two of the same kind say the same but for the values.
std::string without_numbers(std::string_view text) {
  std::string plain;
  for (std::size_t n = 0; n < text.size(); ++n) {
    if (std::isdigit(static_cast<unsigned char>(text[n])) == 0) {
      plain += text[n];
      continue;
    }
    plain += 'N';
    while (n + 1 < text.size() && std::isalnum(static_cast<unsigned char>(text[n + 1])) != 0) ++n;
  }
  return plain;
}

bool takes_too_much(std::string_view what) {
  for (const char* name : {"out-of-memory", "allocation-size-too-big", "rss-limit-exceeded", "calloc-overflow"}) {
    if (what.starts_with(name)) return true;
  }
  return false;
}

}  // namespace

void describe_death(sighting& s, int wait_status, std::string_view log, bool over_memory) {
  if (over_memory) return set(s, "memory", "It took more memory than it may.");
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == ending_status::hung) {
    return set(s, "timeout", "It did not end in the time that it was given.");
  }
  for (const char* tool : {"AddressSanitizer", "MemorySanitizer", "ThreadSanitizer"}) {
    std::string_view what = behind(log, fmt::format("ERROR: {}: ", tool));
    if (what.empty()) what = behind(log, fmt::format("WARNING: {}: ", tool));
    if (what.empty()) continue;
    // "heap-buffer-overflow on address ...", "SEGV on unknown address", "requested allocation size ..."
    const std::string_view kind = what.substr(0, what.find(' '));
    const std::string text = fmt::format("{}: {}", tool, what.substr(0, what.find(" on address")));
    if (takes_too_much(kind)) return set(s, "memory", text);
    return set(s, "sanitizer", text, fmt::format("{}: {}", tool, kind));
  }
  if (const std::string_view what = behind(log, "runtime error: "); !what.empty()) {
    return set(s, "sanitizer", fmt::format("UndefinedBehaviorSanitizer: {}", what),
               fmt::format("UndefinedBehaviorSanitizer: {}", without_numbers(what)));
  }
  if (WIFSIGNALED(wait_status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(wait_status));
    const std::string signal = name == nullptr ? "an unknown signal" : fmt::format("SIG{}", name);
    return set(s, "crash", fmt::format("The process died of {}.", signal), signal);
  }
  const int status = WEXITSTATUS(wait_status);
  set(s, "crash", fmt::format("The process ended by itself, with status {}.", status),
      fmt::format("status {}", status));
}

}  // namespace umbra::tools
