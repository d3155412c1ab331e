// A tool that has a guest program try things on emulated machines and compares what came of each with what something of
// ours says: all that such tools share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz/guest/host/batch.hpp"

namespace umbra::opguest {

struct check_text {
  std::string_view name;    ///< of the tool, as its user types it
  std::string_view about;   ///< the head of its --help
  std::string_view judged;  ///< what is compared with the machine: "the model"
  batch_names names;
  std::uint64_t long_run;  ///< from so many units on, each known difference of an emulator must have shown
};

struct known_count {
  std::string_view name, citation;
  std::uint64_t seen;  ///< units with this known difference
};
/// `known`: the list of a tool's differences; `seen`: a number for each.
template <class Differences>
std::vector<known_count> counted(const Differences& known, std::span<const std::uint64_t> seen) {
  std::vector<known_count> all;
  for (std::size_t i = 0; i < seen.size(); ++i) all.push_back({known[i].name, known[i].citation, seen[i]});
  return all;
}

/// What a run has come to, in units; or its part on one machine.
struct check_sums {
  std::uint64_t ran = 0;
  std::uint64_t compared = 0;     ///< of these; a tool may leave some aside
  std::uint64_t different = 0;    ///< with a known difference
  std::uint64_t unexplained = 0;  ///< with another
  std::vector<known_count> known;
};

/// Takes a unit that nothing explains: the number of its group, and what describes it.
using finding_sink = std::function<void(std::uint32_t, const std::function<std::string()>&)>;

/// The comparison itself, of one engine's results.
class check {
 public:
  virtual ~check() = default;
  /// Compares the results of one machine, and adds them to the whole. Returns their sums, without `known`.
  virtual check_sums take(byte_source&, const finding_sink&, const progress_visitor&) = 0;
  virtual check_sums sums() const = 0;
  /// What else is worth saying of the whole run, in lines; and as JSON.
  virtual std::string report() const = 0;
  virtual nlohmann::json to_json() const = 0;
};

/// One that counts in a Tally of its own, for which it has summary() and as_json().
template <class Tally>
class tally_check final : public check {
 public:
  struct parts {
    std::function<Tally(byte_source&, const finding_sink&, const progress_visitor&)> compare;
    std::function<check_sums(const Tally&)> sums;
    std::function<std::vector<known_count>(const Tally&)> known;
  };
  tally_check(Tally empty, parts p) : parts_(std::move(p)), all_(std::move(empty)) {}

  check_sums take(byte_source& bytes, const finding_sink& found, const progress_visitor& progress) override {
    const Tally part = parts_.compare(bytes, found, progress);
    all_.add(part);
    return parts_.sums(part);
  }
  check_sums sums() const override {
    check_sums all = parts_.sums(all_);
    all.known = parts_.known(all_);
    return all;
  }
  std::string report() const override { return summary(all_); }
  nlohmann::json to_json() const override { return as_json(all_); }

 private:
  parts parts_;
  Tally all_;
};
using check_maker = std::function<std::unique_ptr<check>(engine_kind)>;

/// Why a run of `wanted` units has failed; empty if it has not.
std::string failure_of(const check_sums&, const check_text&, const batch_options&, std::uint32_t wanted);

/// main() of such a tool. `defaults`: what options are if they are not given; `count`: how many units, likewise.
int run_check(int argc, char** argv, const check_text&, std::span<const machine>, batch_options defaults,
              std::uint32_t count, const check_maker&);

}  // namespace umbra::opguest
