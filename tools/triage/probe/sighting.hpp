// What one execution of an input came to. Plain data: it crosses from the process that runs the input to the one that
// waits for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "fuzz/world/finding.hpp"

namespace umbra::tools {

/// A call stack as return addresses, the innermost first.
struct call_stack {
  static constexpr unsigned limit = 40;
  unsigned count = 0;
  std::uintptr_t at[limit] = {};
};

struct sighting {
  /// An invariant or another promise (fuzz/world/finding.hpp, fuzz/trial/finding.hpp); or "sanitizer", "crash",
  /// "timeout", "memory" or "leak", if the process did not live to judge. Empty: the input ended well.
  char id[16] = {};
  char text[480] = {};  ///< one or more sentences
  /// What else has to be the same for two deaths to be one: the sanitizer's name for it, or the signal. Of findings:
  /// "".
  char rule[96] = {};
  std::uint64_t op = fuzz::finding::at_end;  ///< index of the op after which it showed, as in fuzz::finding
  unsigned page = fuzz::finding::no_page;    ///< ordinal of the shadow page at stake
  unsigned index = 0;                        ///< of the entry there
  std::uint64_t trace = 0;                   ///< over all outcomes
  call_stack stack{};                        ///< where it happened, if it happened in the core

  bool well() const { return id[0] == '\0'; }
};
static_assert(std::is_trivially_copyable_v<sighting>);

/// The same promise is broken, or the process died of the same.
inline bool alike(const sighting& a, const sighting& b) {
  return std::string_view(a.id) == b.id && std::string_view(a.rule) == b.rule;
}

/// Names a sighting; the texts are cut to what fits.
inline void set(sighting& s, std::string_view id, std::string_view text, std::string_view rule = "") {
  s.id[id.copy(s.id, sizeof s.id - 1)] = '\0';
  s.text[text.copy(s.text, sizeof s.text - 1)] = '\0';
  s.rule[rule.copy(s.rule, sizeof s.rule - 1)] = '\0';
}

}  // namespace umbra::tools
