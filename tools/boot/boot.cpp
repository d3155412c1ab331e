// umbra boot: the module in a kernel, on an emulated processor with VMX.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/boot/machine.hpp"
#include "tools/boot/table.hpp"
#include "tools/bugs/mutant.hpp"
#include "tools/bugs/workshop.hpp"
#include "tools/cli/history.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  std::vector<std::string> mutants;
  std::vector<unsigned> storms;
  fs::path patch;
  std::string cpu = bochs_request{}.cpu;
  unsigned processors = 0, times = 1, limit = 900;
  fs::path json;
};

class boot {
 public:
  explicit boot(options o) : options_(std::move(o)), work_(build_root() / "boot") {}

  status run() {
    if (!options_.mutants.empty()) mutants_ = mutants_in(root() / "corpus" / "bugs", options_.mutants);
    if (!options_.patch.empty()) {
      if (!fs::exists(options_.patch)) throw error(fmt::format("There is no {}.", options_.patch.string()));
      mutants_.push_back({.id = "patch",
                          .title = options_.patch.filename().string(),
                          .reference = "",
                          .room = "core",
                          .expected = {},
                          .theorems = {},
                          .patch = fs::absolute(options_.patch)});
    }
    if (options_.processors == 0) options_.processors = mutants_.empty() ? 2 : 1;
    fs::create_directories(work_);
    machine_.emplace(work_,
                     bochs_request{.cpu = options_.cpu, .processors = options_.processors, .seconds = options_.limit});
    return mutants_.empty() ? run_clean() : run_mutants();
  }

 private:
  // --- the tree as it is ---

  status run_clean() {
    const auto plan = options_.storms.empty() ? full_plan(options_.processors) : storm_plan(options_.storms);
    modules_["umbra.ko"] = build_directory("kernel-object") / "core" / "module" / "kbuild" / "umbra.ko";
    std::string first;
    std::vector<std::string> faults;
    std::vector<measured> measurements;
    for (unsigned n = 0; n < options_.times && faults.empty(); ++n) {
      const std::string said = once(plan, n);
      const journal j(said);
      faults = faults_of(j, plan);
      if (n == 0) {
        first = said;
        measurements = measurements_of(j, plan);
      } else if (said != first) {
        faults.push_back(
            fmt::format("Boot {} said something else than the first: {}.", n + 1, first_difference(first, said)));
      }
    }
    fmt::print("{}", boot_table(measurements));
    const nlohmann::json report = boot_json(measurements, faults, machine_->kernel());
    keep_report("boot", report);
    if (!options_.json.empty()) write_file(options_.json, report.dump(2) + "\n");
    for (const std::string& fault : faults) fmt::print("FAILED: {}\n", fault);
    if (!faults.empty()) {
      fmt::print("umbra: the boot failed; {} is what the machine said.\n", (work_ / "serial.txt").string());
      return status::bad;
    }
    fmt::print("umbra: every guest said what it should, no invariant broke, the kernel's log is clean{}.\n",
               options_.times > 1 ? fmt::format(", {} boots were alike to the byte", options_.times) : "");
    return status::good;
  }

  static std::string first_difference(const std::string& a, const std::string& b) {
    const auto at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    const auto line = [at](const std::string& s) {
      const std::size_t from = at == 0 ? 0 : s.rfind('\n', at - 1) + 1;
      return s.substr(from, s.find_first_of("\r\n", from) - from);
    };
    return fmt::format("'{}' and '{}'", line(a), line(b));
  }

  // --- planted bugs ---

  status run_mutants() {
    workshop shop(work_ / "workshop", recipe::module());
    std::vector<boot_load> plan;
    for (const mutant& m : mutants_) {
      fmt::print("umbra: building umbra.ko with {} planted\n", m.id);
      std::fflush(stdout);
      const std::vector<boot_load> loads = mutant_loads(m.id, options_.processors);
      plan.insert(plan.end(), loads.begin(), loads.end());
      const std::string& name = loads.front().module;
      const fs::path module = work_ / name;
      if (const auto problem = shop.build_mutant(m.patch, module)) {
        throw error(fmt::format("{} cannot be tried: {}; {}.log has the whole story.", m.id, *problem, module.string()),
                    status::broken);
      }
      modules_[name] = module;
    }
    const journal j(once(plan, 0));
    if (!j.up()) throw error("The kernel did not come up.", status::broken);
    return show_catches(j);
  }

  status show_catches(const journal& j) const {
    unsigned named = 0;
    for (const mutant& m : mutants_) {
      const catch_report c = caught(j, mutant_loads(m.id, options_.processors));
      const std::string by = !c.invariant.empty() ? "caught by " + c.invariant
                             : c.words.empty()    ? "ESCAPED"
                                                  : "only its guest noticed";
      fmt::print("{:<6} {:<22} {}\n", m.id, by, m.title);
      if (!c.words.empty()) fmt::print("       {}: {}\n", c.load, c.words);
      named += !c.invariant.empty();
    }
    fmt::print("umbra: {} of {} caught live by an invariant or an assertion.\n", named, mutants_.size());
    return named == mutants_.size() ? status::good : status::bad;
  }

  // --- one boot ---

  std::string once(const std::vector<boot_load>& plan, unsigned number) {
    const bochs_request& hardware = machine_->hardware();
    fmt::print("umbra: booting {} on {} processor{} of Bochs ({}){}\n", machine_->kernel(), hardware.processors,
               hardware.processors == 1 ? "" : "s", hardware.cpu, number == 0 ? "" : ", once more");
    std::fflush(stdout);
    return machine_
        ->run(plan, modules_,
              [](std::string_view step) {
                fmt::print("umbra:   {}\n", step);
                std::fflush(stdout);
              })
        .said;
  }

  options options_;
  fs::path work_;
  std::optional<boot_machine> machine_;
  std::vector<mutant> mutants_;
  std::map<std::string, fs::path> modules_;
};

}  // namespace

void add_boot(CLI::App& app, action& run) {
  auto* verb =
      app.add_subcommand("boot", "Boots a kernel on an emulated VMX processor, loads umbra.ko and runs guests.");
  auto o = std::make_shared<options>();
  verb->add_option("--mutant", o->mutants,
                   "Plant this bug of corpus/bugs in the module: an invariant must catch it live");
  verb->add_option("--patch", o->patch, "The same with a patch of your own");
  verb->add_option("--storm", o->storms, "Run nothing but guests that draw each step, with these seeds")
      ->excludes("--mutant")
      ->excludes("--patch");
  verb->add_option("--processors", o->processors, "How many the machine has; without it: 2, and 1 for planted bugs")
      ->check(CLI::Range(1, 4));
  verb->add_option("--cpu", o->cpu, "Which, by Bochs's name")->capture_default_str();
  verb->add_option("--times", o->times, "Boot so often, and require that each says the same")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  verb->add_option("--limit", o->limit, "Seconds after which a boot is given up")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  verb->add_option("--json", o->json, "Where to write the figures as JSON, besides build/reports/boot.json");
  verb->callback([o, &run] { run = [o] { return boot(*o).run(); }; });
}

}  // namespace umbra::tools
