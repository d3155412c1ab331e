// Compares the results of a run with the model, attempt by attempt, and counts.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "fuzz/entry/host/differences.hpp"
#include "fuzz/guest/host/stream.hpp"

namespace umbra::entrycheck {

/// How attempts end.
enum class end : unsigned { entered, control_error, host_error, guest_state, pdptes, nmi, link, msr, other };
constexpr unsigned ends = 9;
constexpr const char* end_names[ends] = {
    "entered",      "error 7 (controls)",    "error 8 (host state)", "exit 33",  "exit 33, PDPTEs",
    "exit 33, NMI", "exit 33, link pointer", "exit 34 (MSR)",        "otherwise"};

struct tally {
  std::uint64_t attempts = 0, different = 0, unexplained = 0;
  std::array<std::uint64_t, ends> by_end{};
  std::vector<std::uint64_t> by_difference;
  /// Attempts that broke this rule and no other, and that failed as it says.
  std::vector<std::uint64_t> confirmed;

  tally();
  void add(const tally& other);
};

/// One attempt that ended in a way that nothing explains.
struct mismatch {
  const judged& expected;
  const std::vector<unsigned>& broken;  ///< numbers of the rules that do not hold
  reference::entry_answer observed;
};

using finding_visitor = std::function<void(std::uint32_t number, const mismatch&)>;

/// Reads a whole stream and compares it. Throws opguest::broken_stream if it is cut off or the two sides made different
/// states.
tally compare(opguest::byte_source& from, const finding_visitor& found, const opguest::progress_visitor& progress = {});

}  // namespace umbra::entrycheck
