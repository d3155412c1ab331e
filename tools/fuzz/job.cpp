#include "tools/fuzz/job.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// The end of a file that may be long.
std::string last_of(const fs::path& path, std::streamoff bytes) {
  std::ifstream in(path, std::ios::binary);
  in.seekg(0, std::ios::end);
  const std::streamoff size = in.tellg();
  in.seekg(size > bytes ? size - bytes : 0);
  std::string text(static_cast<std::size_t>(size > bytes ? bytes : std::max<std::streamoff>(size, 0)), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// The number after the last "NAME: " in a text.
std::uint64_t last_number(const std::string& text, const std::string& name) {
  const std::size_t at = text.rfind(name + ": ");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size() + 2, nullptr, 10);
}

}  // namespace

job::job(const job_request& r) : log_(r.work / (r.name + ".log")), live_path_(r.work / (r.name + ".live")) {
  const int file = ::open(live_path_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ::ftruncate(file, fuzz::live_bytes) != 0) {
    throw error(fmt::format("Cannot write {}.", live_path_.string()), status::broken);
  }
  void* page = ::mmap(nullptr, fuzz::live_bytes, PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  if (page == MAP_FAILED) throw error(fmt::format("Cannot map {}.", live_path_.string()), status::broken);
  live_ = static_cast<const fuzz::live*>(page);

  std::vector<std::string> words{
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
  words.insert(words.end(), r.flags.begin(), r.flags.end());
  if (!r.corpus.empty()) words.push_back(r.corpus.string());
  for (const auto& s : r.seeds) words.push_back(s.string());
  process_.emplace(command{.words = words,
                           .directory = r.work,
                           .environment = {{"UMBRA_STATS", live_path_.string()},
                                           {"ASAN_OPTIONS", "external_symbolizer_path=llvm-symbolizer-19"},
                                           {"UBSAN_OPTIONS", "print_stacktrace=1"}},
                           .output = log_});
}

job::~job() {
  process_.reset();
  ::munmap(const_cast<fuzz::live*>(live_), fuzz::live_bytes);
}

fuzz::live job::live() const {
  fuzz::live copy;
  std::memcpy(&copy, live_, sizeof copy);
  return copy;
}

engine_status job::engine() const {
  const std::string text = last_of(log_, 8192);
  engine_status s;
  s.coverage = last_number(text, "cov");
  s.features = last_number(text, "ft");
  s.corpus = last_number(text, "corp");
  return s;
}

std::optional<finding_report> job::finding() {
  const ending how = process_->wait();
  if (how == 0) return std::nullopt;
  const std::string log = last_of(log_, 1 << 20);
  const fuzz::live shown = live();
  finding_report r = crash_in(log, how);
  if (shown.finding_id[0] != '\0') r = {shown.finding_id, shown.finding_text, {}};
  const std::string mark = "Test unit written to ";
  const std::string line = line_from(log, mark);
  if (!line.empty()) r.input = line.substr(mark.size());
  return r;
}

}  // namespace umbra::tools
