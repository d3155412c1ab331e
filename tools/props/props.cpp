// umbra props: properties, with as many cases, and of such a size, as one likes.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <thread>

#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/props/report.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options : rounds_request {
  std::vector<std::string> wanted;  ///< properties, or suites of them
};

/// Those of `all` that somebody named, by suite or in full; all of them if nobody named any.
std::vector<std::string> chosen(const std::vector<std::string>& all, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return all;
  std::vector<std::string> some;
  for (const std::string& w : wanted) {
    const std::size_t before = some.size();
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const std::string& p) { return p == w || p.starts_with(w + "."); });
    if (some.size() == before)
      throw error(fmt::format("There is no property '{}'; ./umbra props --list names them all.", w));
  }
  return some;
}

fs::path built(const fs::path& given) {
  if (!given.empty()) return fs::absolute(given);
  build("asan", {"umbra_properties_test"});
  return program(build_directory("asan"), "umbra_properties_test");
}

status props(options o, bool list) {
  o.program = built(o.program);
  o.work = build_root() / "props";
  fs::create_directories(o.work);
  o.properties = chosen(properties_of(o.program, o.work), o.wanted);
  if (list) {
    for (const std::string& p : o.properties) fmt::print("{}\n", p);
    return status::good;
  }
  if (o.jobs == 0) o.jobs = std::max(1u, std::thread::hardware_concurrency());
  if (o.seed == 0) o.seed = std::random_device{}() & 0x7fff'ffff;
  fmt::print("umbra: {} propert{}, {} cases each of size {} at most, seed {}\n", o.properties.size(),
             o.properties.size() == 1 ? "y" : "ies", o.count, o.size, o.seed);
  std::fflush(stdout);
  const rounds_result result = run_rounds(o);
  bool broken = false;
  for (const property_result& r : result.properties) {
    if (!r.broken) continue;
    broken = true;
    keep(*r.broken);
  }
  fmt::print("{}", summary(o, result, shown));
  write_file(build_root() / "reports" / "props.json", to_json(o, result));
  return broken ? status::bad : result.interrupted ? status::broken : status::good;
}

}  // namespace

void add_props(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("props", "Runs the rapidcheck properties with ASan and UBSan.");
  auto o = std::make_shared<options>();
  auto list = std::make_shared<bool>(false);
  o->seed = 0;
  o->jobs = 0;
  verb->add_option("PROPERTY", o->wanted, "Properties, or suites of them; without it: all");
  verb->add_option("--seed", o->seed, "Of the first round; further ones count on. Without it: a new one each time")
      ->check(CLI::Range(1, 0x7fff'ffff));
  verb->add_option("--size", o->size, "How large cases grow; a program of ops has about three times as many ops")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  verb->add_option("--count", o->count, "Cases of each property in a round")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  verb->add_option("--time", o->seconds,
                   "Seconds after which no property begins; till then rounds follow each other, each with a new seed. "
                   "Without it: one round")
      ->check(CLI::Range(1, 1'000'000));
  verb->add_option("--jobs", o->jobs, "Processes; without it: one a core")->check(CLI::Range(1, 256));
  verb->add_flag("--list", *list, "Name the properties");
  verb->add_option("--binary", o->program, "Use this property program instead of building one")
      ->check(CLI::ExistingFile);
  verb->callback([o, list, &run] { run = [o, list] { return props(*o, *list); }; });
}

}  // namespace umbra::tools
