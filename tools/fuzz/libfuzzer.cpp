// libFuzzer: one process, which reads and writes the corpus itself.
#include <fmt/format.h>

#include <cstdlib>

#include "tools/fuzz/driver.hpp"
#include "tools/fuzz/log.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// The number after the last "NAME: " in a text.
std::uint64_t last_number(const std::string& text, const std::string& name) {
  const std::size_t at = text.rfind(name + ": ");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size() + 2, nullptr, 10);
}

class libfuzzer : public driver {
 public:
  libfuzzer(const job_request& r, const fs::path& log) : request_(r), log_(log) {}

  void prepare(command& c) override {
    const job_request& r = request_;
    c.words = {
        r.binary.string(),
        fmt::format("-max_total_time={}", r.seconds),
        fmt::format("-seed={}", r.seed),
        fmt::format("-artifact_prefix={}/{}-", r.work.string(), r.name),
        "-print_final_stats=1",
        // The mutator itself keeps programs small. To know which features are rare and which inputs could be shorter
        // takes the engine longer than all else that it does, and finds no more.
        "-len_control=0",
        "-entropic=0",
        "-reduce_inputs=0",
        // Programs in a row begin alike (fuzz/targets/warm_start.hpp).
        "-mutate_depth=40",
        "-max_len=4096",
        "-timeout=10",
        "-rss_limit_mb=4096",
    };
    c.words.insert(c.words.end(), r.flags.begin(), r.flags.end());
    if (!r.corpus.empty()) c.words.push_back(r.corpus.string());
    for (const auto& s : r.seeds) c.words.push_back(s.string());
    // With these flags it wants to know of coverage that is new, and of no other.
    c.environment.emplace_back("UMBRA_NOVELTY", "1");
    c.environment.emplace_back("ASAN_OPTIONS", "external_symbolizer_path=llvm-symbolizer-19");
    c.environment.emplace_back("UBSAN_OPTIONS", "print_stacktrace=1");
  }

  engine_status status() const override {
    const std::string text = last_of(log_, 8192);
    engine_status s;
    s.coverage = last_number(text, "cov");
    s.features = last_number(text, "ft");
    s.corpus = last_number(text, "corp");
    return s;
  }

  std::optional<finding_report> finding(ending how, const fuzz::live& shown) override {
    if (how == 0) return std::nullopt;
    const std::string log = last_of(log_, std::size_t{1} << 20);
    finding_report r = crash_in(log, how);
    if (shown.finding_id[0] != '\0') r = {shown.finding_id, shown.finding_text, {}};
    const std::string mark = "Test unit written to ";
    const std::string line = line_from(log, mark);
    if (!line.empty()) r.input = line.substr(mark.size());
    return r;
  }

 private:
  job_request request_;
  fs::path log_;
};

}  // namespace

std::unique_ptr<driver> drive_libfuzzer(const job_request& r, const fs::path& log) {
  return std::make_unique<libfuzzer>(r, log);
}

}  // namespace umbra::tools
