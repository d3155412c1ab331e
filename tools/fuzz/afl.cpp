// AFL++: afl-fuzz, which runs the target in persistent mode, with inputs in shared memory and our mutator beside its
// own. It has a queue of its own; the nodes of one session share theirs, and the main one reads the corpus.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/afl_output.hpp"
#include "tools/fuzz/content_hash.hpp"
#include "tools/fuzz/driver.hpp"
#include "tools/fuzz/log.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// How long one input may take, seconds; libFuzzer gets the same.
constexpr unsigned patience = 10;

class afl : public driver {
 public:
  afl(const job_request& r, const fs::path& log) : request_(r), log_(log), output_(r.work / "afl" / r.name) {}

  void prepare(command& c) override {
    const job_request& r = request_;
    const fs::path nodes = r.work / "afl";
    // What it would resume is in the corpus.
    fs::remove_all(r.leads ? nodes : nodes / r.name);
    fs::create_directories(nodes);
    c.words = {"afl-fuzz",
               "-i",
               input().string(),
               "-o",
               nodes.string(),
               r.leads ? "-M" : "-S",
               r.name,
               "-V",
               std::to_string(r.seconds),
               "-s",
               std::to_string(r.seed),
               "-t",
               std::to_string(patience * 1000),
               "-G",
               "4096"};
    if (r.leads && !r.corpus.empty()) c.words.insert(c.words.end(), {"-F", r.corpus.string()});
    c.words.insert(c.words.end(), {"--", r.binary.string()});
    for (const auto& [name, value] : {
             std::pair{"AFL_CUSTOM_MUTATOR_LIBRARY", r.mutator.string()},
             // Programs are changed as programs. The mutators know of bytes, too.
             {"AFL_CUSTOM_MUTATOR_ONLY", "1"},
             {"AFL_BENCH_UNTIL_CRASH", "1"},
             // A seed that breaks something is a finding, not a seed to skip.
             {"AFL_EXIT_ON_SEED_ISSUES", "1"},
             // Programs are short, and a byte less makes another program of the rest.
             {"AFL_DISABLE_TRIM", "1"},
             {"AFL_FAST_CAL", "1"},
             // Minutes between two looks at the other nodes and the corpus; the main node takes half of it.
             {"AFL_SYNC_TIME", "1"},
             {"AFL_NO_UI", "1"},
             {"AFL_NO_COLOR", "1"},
             {"AFL_NO_AFFINITY", "1"},
             {"AFL_SKIP_CPUFREQ", "1"},
             {"AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1"},
             {"ASAN_OPTIONS", "abort_on_error=1:symbolize=0:detect_leaks=0:detect_stack_use_after_return=0"},
             {"UBSAN_OPTIONS", "abort_on_error=1:symbolize=0:halt_on_error=1"},
         }) {
      c.environment.emplace_back(name, value);
    }
  }

  engine_status status() const override { return output_.status(); }

  std::optional<finding_report> finding(ending how, const fuzz::live& shown) override {
    if (how == 127) throw error("afl-fuzz cannot be started; Debian's package afl++ has it.", status::broken);
    bool hang = false;
    std::optional<fs::path> input = output_.kept(hang);
    if (!input) {
      if (how == 0) return std::nullopt;
      input = seed_at_fault(hang);
    }
    if (!input) {
      if (shown.finding_id[0] != '\0') return finding_report{shown.finding_id, shown.finding_text, {}};
      throw error(fmt::format("AFL++ gave up; the end of {}:\n{}", log_.string(), tail(read_file(log_), 12)),
                  status::broken);
    }
    finding_report r = hang ? finding_report{"timeout", fmt::format("An input took more than {} s.", patience), {}}
                            : again(*input, shown);
    // Its own name says how it was made; ours ends like libFuzzer's, in what keeps findings apart.
    r.input = request_.work / fmt::format("{}-{}-{:012x}", request_.name, hang ? "timeout" : "crash",
                                          content_hash(read_file(*input)) >> 16);
    fs::copy_file(*input, r.input, fs::copy_options::overwrite_existing);
    return r;
  }

  void exchange() override {
    if (!request_.corpus.empty()) output_.copy_finds(request_.corpus);
  }

 private:
  /// It reads one directory.
  fs::path input() const {
    const job_request& r = request_;
    const bool filled = !r.corpus.empty() && fs::is_directory(r.corpus) && !fs::is_empty(r.corpus);
    if (filled || r.seeds.empty()) return r.corpus;
    return r.seeds.front();
  }

  /// What afl-fuzz does not start with: it says so, and the queue holds it.
  std::optional<fs::path> seed_at_fault(bool& hang) const {
    const std::string mark = "Test case '";
    const std::string line = line_from(read_file(log_), mark);
    const std::size_t end = line.find("' results in a ");
    if (end == std::string::npos) return std::nullopt;
    hang = line.find("timeout", end) != std::string::npos;
    const fs::path seed = output_.entry(line.substr(mark.size(), end - mark.size()));
    return fs::exists(seed) ? std::optional(seed) : std::nullopt;
  }

  /// What breaks when the input is run again, alone: while it fuzzes, nobody hears what the target says.
  finding_report again(const fs::path& input, const fuzz::live& shown) const {
    const fs::path log = request_.work / (request_.name + ".again.log");
    const live_page page(request_.work / (request_.name + ".again.live"));
    process p({.words = {request_.binary.string(), input.string()},
               .directory = request_.work,
               .environment = {{"UMBRA_STATS", page.path().string()},
                               {"ASAN_OPTIONS", "external_symbolizer_path=llvm-symbolizer-19:detect_leaks=0"},
                               {"UBSAN_OPTIONS", "print_stacktrace=1"}},
               .output = log});
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(6 * patience);
    while (!p.poll() && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (!p.poll()) return {"timeout", "Run alone, the input does not come to an end.", {}};
    const fuzz::live seen = page.now();
    if (seen.finding_id[0] != '\0') return {seen.finding_id, seen.finding_text, {}};
    if (*p.poll() != 0) return crash_in(read_file(log), *p.poll());
    if (shown.finding_id[0] != '\0')
      return {shown.finding_id, std::string(shown.finding_text) + " (Not when run alone.)", {}};
    return {"crash", "The target died, but not when the input is run alone.", {}};
  }

  job_request request_;
  fs::path log_;
  afl_output output_;
};

}  // namespace

std::unique_ptr<driver> drive_afl(const job_request& r, const fs::path& log) { return std::make_unique<afl>(r, log); }

}  // namespace umbra::tools
