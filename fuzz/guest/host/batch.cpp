#include "fuzz/guest/host/batch.hpp"

#include <unistd.h>
#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace umbra::opguest {
namespace {

/// Where the scenes of one machine begin, after those of the one before it.
constexpr std::uint32_t scenes_apart = 100'000'000;

using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

file open_file(const std::string& path, const char* mode) {
  file f{std::fopen(path.c_str(), mode), std::fclose};
  if (!f) throw std::runtime_error("cannot open " + path);
  return f;
}

void read_file(const batch_options& wanted, const batch_reader& read) {
  const file from = open_file(wanted.results, "rb");
  byte_source bytes{[&from](std::uint8_t* to, std::size_t limit) { return std::fread(to, 1, limit, from.get()); }};
  read(bytes, {"file", "--results " + wanted.results, 0});
}

/// Whether the tool has machines of both engines, so that its user has to say which.
bool has_choice(std::span<const machine> machines) {
  return std::ranges::any_of(machines, [&](const machine& m) { return m.engine != machines.front().engine; });
}

void run_machine(const batch_options& wanted, const machine& m, bool choice, std::uint32_t first, std::uint32_t count,
                 const batch_reader& read) {
  engine running{m, wanted.program, {.seed = wanted.seed, .first = first, .count = count}, wanted.silence};
  std::optional<file> copy;
  if (!wanted.save.empty()) copy = open_file(wanted.save, "wb");
  byte_source bytes{[&running](std::uint8_t* to, std::size_t limit) { return running.read(to, limit); },
                    copy ? copy->get() : nullptr};
  const std::string engine = choice ? fmt::format("--engine {} ", wanted.engine) : "";
  read(bytes, {std::string{m.name}, fmt::format("{}--machine {} --seed {}", engine, m.name, wanted.seed), count});
}

}  // namespace

void offer(CLI::App& app, batch_options& wanted, std::span<const machine> machines, const batch_names& names) {
  std::vector<std::string> known;
  for (const machine& m : machines) known.emplace_back(m.name);
  app.add_option("--seed", wanted.seed, fmt::format("what the {}s are drawn from", names.group))->capture_default_str();
  app.add_option("--first", wanted.first, fmt::format("number of the first {}; with one --machine only", names.group))
      ->capture_default_str();
  if (has_choice(machines))
    app.add_option("--engine", wanted.engine, "the emulator; of the one whose results are compared, too")
        ->capture_default_str()
        ->check(CLI::IsMember({"qemu", "bochs"}));
  else
    wanted.engine = machines.front().engine == engine_kind::qemu ? "qemu" : "bochs";
  app.add_option("--machine", wanted.machines, "which processors; all by default")->check(CLI::IsMember(known));
  app.add_option("--program", wanted.program, "the guest program")->capture_default_str()->check(CLI::ExistingFile);
  app.add_option("--save", wanted.save, "write the results as they came to a file");
  app.add_option("--results", wanted.results, "compare a saved file, run nothing")->check(CLI::ExistingFile);
  app.add_option("--json", wanted.json, "write the sums as JSON to a file");
  app.add_option("--silence", wanted.silence, "seconds without results after which the emulator counts as hung")
      ->capture_default_str();
  app.add_option("--show", wanted.show, "how many unexplained differences to show for each machine")
      ->capture_default_str();
}

void run_batch(const batch_options& wanted, std::span<const machine> machines, std::uint32_t count,
               const batch_reader& read) {
  if (!wanted.results.empty()) return read_file(wanted, read);
  std::vector<const machine*> chosen;
  unsigned shares = 0;
  for (const machine& m : machines)
    if (m.engine == wanted.kind() && (wanted.machines.empty() || std::ranges::count(wanted.machines, m.name) != 0)) {
      chosen.push_back(&m);
      shares += m.share;
    }
  if (chosen.empty()) throw std::runtime_error("the engine " + wanted.engine + " has no machine of that name");
  if (wanted.first != 0 && chosen.size() != 1) throw std::runtime_error("--first needs one --machine");
  if (!wanted.save.empty() && chosen.size() != 1)
    throw std::runtime_error("--save needs one --machine: a file holds the results of one run");
  for (const machine* m : chosen) {
    // Other scenes on each machine.
    const std::uint32_t first =
        chosen.size() > 1 ? static_cast<std::uint32_t>(m - machines.data()) * scenes_apart : wanted.first;
    run_machine(wanted, *m, has_choice(machines), first,
                static_cast<std::uint32_t>((std::uint64_t{count} * m->share + shares - 1) / shares), read);
  }
}

void write_json(const batch_options& wanted, const nlohmann::json& sums) {
  if (wanted.json.empty()) return;
  std::ofstream to{wanted.json};
  if (!(to << sums.dump(2) << '\n') || !to.flush()) throw std::runtime_error("cannot write " + wanted.json);
}

progress_line::progress_line(const batch_part& part, std::string unit)
    : name_(part.name), unit_(std::move(unit)), wanted_(part.wanted), terminal_(isatty(2) != 0) {}

progress_line::~progress_line() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void progress_line::operator()(std::uint64_t done) {
  if (!terminal_) return;
  shown_ = true;
  fmt::print(stderr, "\r{}: {} of {} {}s\033[K", name_, done, wanted_, unit_);
}

}  // namespace umbra::opguest
