// umbra corpus: keeps the inputs that engines have gathered small, in order, and no less good than they were.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fuzz/ops/codec.hpp"
#include "fuzz/ops/text_names.hpp"
#include "tools/cli/history.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/corpus/content_name.hpp"
#include "tools/corpus/cover.hpp"
#include "tools/corpus/measure.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  fs::path place;
  std::vector<fs::path> from;
  std::string target = "mmu", preset = "asan";
  fs::path binary;
};

class care {
 public:
  explicit care(const options& o) : o_(o), target_(fuzz_target_named(o.target)) {
    if (o_.place.empty()) o_.place = build_root() / "corpus" / target_.name;
    if (o_.binary.empty()) {
      build(o_.preset, {target_.program()});
      o_.binary = program(build_directory(o_.preset), target_.program());
    }
    o_.binary = fs::absolute(o_.binary);
    o_.place = fs::absolute(o_.place);
  }

  status merge() {
    fs::create_directories(o_.place);
    const collection ours = collected_from({o_.place}), theirs = collected_from(o_.from);
    std::map<std::string, collected> all = ours.inputs;
    all.insert(theirs.inputs.begin(), theirs.inputs.end());
    const reach reached = measured(all);
    const auto names = enough(coverings(all, reached, [&](const std::string& n) { return ours.inputs.contains(n); }));
    std::size_t added = 0;
    for (const std::string& n : names) {
      if (ours.inputs.contains(n)) continue;
      write_file(o_.place / n, all.at(n).raw);
      ++added;
    }
    const reach before = of_some(reached, ours.inputs), after = measured(collected_from({o_.place}, false).inputs);
    fmt::print("{} of {} inputs added to {}\n", added, theirs.inputs.size(), o_.place.string());
    return compare(before, after);
  }

  status minimize() {
    const collection ours = collected_from({o_.place});
    const reach before = measured(ours.inputs);
    // Text is for people, and people decide whether it stays.
    const auto by_hand = [&](const std::string& n) { return ours.inputs.at(n).text; };
    const auto names = enough(coverings(ours.inputs, before, by_hand));
    std::map<std::string, collected> kept;
    for (const std::string& n : names) kept.emplace(n, ours.inputs.at(n));
    const reach after = measured(kept);
    // Measured anew, not concluded: before a file goes, the others have shown that they do without it.
    if (after.feature_count() < before.feature_count()) {
      throw error(fmt::format("The {} inputs chosen reach {} features, all of them {}: nothing is removed.",
                              kept.size(), after.feature_count(), before.feature_count()),
                  status::broken);
    }
    std::size_t removed = 0;
    for (const auto& [name, input] : kept) {
      if (!input.text) write_file(o_.place / name, input.raw);
    }
    for (const auto& [name, input] : ours.inputs) {
      // What kills the target is a finding, not a burden.
      if (std::find(before.broken.begin(), before.broken.end(), name) != before.broken.end() || input.text) continue;
      for (const fs::path& file : input.files) {
        if (kept.contains(name) && file == o_.place / name) continue;
        fs::remove(file);
        ++removed;
      }
    }
    fmt::print("{} inputs, {} files removed from {}\n", kept.size(), removed, o_.place.string());
    return compare(before, after);
  }

  status stats() {
    const collection ours = collected_from({o_.place});
    const reach reached = measured(ours.inputs);
    std::vector<std::size_t> sizes;
    for (const auto& [name, input] : ours.inputs) sizes.push_back(input.raw.size());
    std::sort(sizes.begin(), sizes.end());
    const std::size_t bytes = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    fmt::print("{}: {} inputs in {} files, {} bytes", o_.place.string(), sizes.size(), ours.files, bytes);
    if (!sizes.empty())
      fmt::print("; half of them below {} bytes, the longest {}", sizes[sizes.size() / 2], sizes.back());
    fmt::print("\nreached in {}: {} edges, {} features\n", target_.program(), reached.edges.size(),
               reached.feature_count());
    nlohmann::json report{{"target", target_.name},
                          {"inputs", sizes.size()},
                          {"files", ours.files},
                          {"bytes", bytes},
                          {"edges", reached.edges.size()},
                          {"features", reached.feature_count()},
                          {"broken", reached.broken.size()},
                          {"unfit", ours.problems.size()}};
    if (target_.extension == ".ops") report["ops"] = count_ops(ours);
    keep_report("corpus-" + target_.name, report);
    return status::good;
  }

  status verify() {
    const collection ours = collected_from({o_.place});
    std::size_t wrong = ours.problems.size(), otherwise = 0;
    for (const auto& [name, input] : ours.inputs) {
      for (const fs::path& file : input.files) {
        const std::string called = file.filename().string();
        if (is_content_name(called) && called != name) {
          ++wrong;
          fmt::print("{} holds something else than its name says\n", file.string());
        }
        otherwise += !is_content_name(called);
      }
      if (input.files.size() > 1) fmt::print("{} is there {} times\n", input.files[0].string(), input.files.size());
    }
    const reach reached = measured(ours.inputs);
    wrong += reached.broken.size();
    fmt::print("{} inputs in {} files, {} of them named otherwise than by content; {} wrong\n", ours.inputs.size(),
               ours.files, otherwise, wrong);
    return wrong == 0 ? status::good : status::bad;
  }

 private:
  collection collected_from(const std::vector<fs::path>& places, bool aloud = true) const {
    collection c = collect(places, target_);
    for (const std::string& p : c.problems) {
      if (aloud) fmt::print("passed over: {}\n", p);
    }
    return c;
  }

  reach measured(const std::map<std::string, collected>& inputs) const {
    // This process's own, since others may look after the same corpus.
    const fs::path work = build_root() / "corpus-work" / fmt::format("{}-{}", target_.name, ::getpid());
    reach r = measure(o_.binary, target_, inputs, work);
    fs::remove_all(work);
    for (const std::string& name : r.broken) {
      fmt::print("{} kills {}: ./umbra triage says why\n", inputs.at(name).files[0].string(), target_.program());
    }
    return r;
  }

  template <class Kept>
  static std::vector<covering> coverings(const std::map<std::string, collected>& all, const reach& r, Kept kept) {
    std::vector<covering> list;
    for (const auto& [name, features] : r.features)
      list.push_back({name, all.at(name).raw.size(), &features, kept(name)});
    return list;
  }

  static reach of_some(const reach& all, const std::map<std::string, collected>& some) {
    reach r;
    for (const auto& [name, features] : all.features) {
      if (some.contains(name)) r.features.emplace(name, features);
    }
    return r;
  }

  static status compare(const reach& before, const reach& after) {
    fmt::print("before: {} features in {} inputs\nafter:  {} features in {} inputs\n", before.feature_count(),
               before.features.size(), after.feature_count(), after.features.size());
    if (after.feature_count() >= before.feature_count()) return status::good;
    throw error("Features were lost.", status::broken);
  }

  static nlohmann::json count_ops(const collection& c) {
    std::map<std::string, std::size_t> count;
    for (const auto& [name, input] : c.inputs) {
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(input.raw.data());
      for (const fuzz::op& o : fuzz::decode({bytes, input.raw.size()}).ops) {
        ++count[std::string(fuzz::words::kinds[static_cast<unsigned>(o.kind)])];
      }
    }
    std::string text;
    for (const auto& [kind, n] : count) text += fmt::format("{}{} {}", text.empty() ? "ops: " : ", ", kind, n);
    fmt::print("{}\n", text);
    return count;
  }

  options o_;
  const fuzz_target& target_;
};

}  // namespace

void add_corpus(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("corpus", "Merges, minimizes, measures and checks corpora of fuzz inputs.");
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, status (care::*act)(), bool from) {
    auto* part = verb->add_subcommand(name, what);
    auto o = std::make_shared<options>();
    if (from) part->add_option("FROM", o->from, "Inputs, raw or text, or directories of such")->required();
    part->add_option("--corpus", o->place, "The corpus, a directory; without it: build/corpus/TARGET");
    part->add_option("--target", o->target, "Whose corpus it is")
        ->check(CLI::IsMember(fuzz_target_names()))
        ->capture_default_str();
    part->add_option("--build", o->preset, "Which build runs the inputs: with sanitizers, or the faster one")
        ->check(CLI::IsMember({"asan", "plain"}))
        ->capture_default_str();
    part->add_option("--binary", o->binary, "Use this fuzz target instead of building one")->check(CLI::ExistingFile);
    part->callback([o, act, &run] { run = [o, act] { return (care(*o).*act)(); }; });
  };
  add("merge", "Adds what reaches something new, and nothing else.", &care::merge, true);
  add("minimize", "Leaves the fewest, smallest inputs that reach as much, each named after its content.",
      &care::minimize, false);
  add("stats", "Says how many inputs there are, of what, and what they reach.", &care::stats, false);
  add("verify", "Checks that each input is in order, has its name, and ends well.", &care::verify, false);
}

}  // namespace umbra::tools
