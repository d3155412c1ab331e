// umbra-probe: one fuzz input, examined in the core that it was built with. `umbra triage` starts it, in builds of its
// own, and presents what it writes.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/program.hpp"
#include "tools/cli/tree.hpp"
#include "tools/ops/input.hpp"
#include "tools/ops/load.hpp"
#include "tools/triage/probe/on_cpu.hpp"
#include "tools/triage/probe/on_unicorn.hpp"
#include "tools/triage/probe/reduce.hpp"
#include "tools/triage/probe/story.hpp"

namespace umbra::tools {

namespace {

using nlohmann::json;

struct options {
  input from;
  std::filesystem::path out, work;
  std::string engine;  ///< whose processor is asked, or ""
  unsigned times = 3, milliseconds = 10'000, megabytes = 4096;
  double seconds = 60;
};

json to_json(const sighting& s) {
  json j{{"id", s.id}, {"text", s.text}, {"rule", s.rule}};
  if (s.op == fuzz::finding::before_first) {
    j["op"] = "before the first";
  } else if (s.op == fuzz::finding::at_end) {
    j["op"] = "at the end";
  } else {
    j["op"] = s.op;
  }
  return j;
}

bool same(const sighting& a, const sighting& b) { return alike(a, b) && a.op == b.op && a.trace == b.trace; }

/// The kind of the op that showed it: "write", "do wrmsr"; for trials the mode and the first words.
std::string kind_of(const specimen& s, const sighting& seen) {
  if (s.program() == nullptr) return "instruction";
  if (seen.op == fuzz::finding::before_first) return "start";
  if (seen.op >= s.program()->ops.size()) return "end";
  const std::string text = to_text(s.program()->ops[seen.op]);
  const std::size_t first = text.find(' ');
  if (text.substr(0, first) != "do") return text.substr(0, first);
  return text.substr(0, text.find(' ', first + 1));
}

json to_json(const std::vector<frame>& stack) {
  json all = json::array();
  for (const frame& f : stack) all.push_back({{"function", f.function}, {"file", f.file}, {"line", f.line}});
  return all;
}

json to_json(const story& s) {
  json steps = json::array();
  for (const told_step& t : s.steps) steps.push_back({{"op", t.op}, {"lines", t.lines}});
  return {{"steps", steps}, {"parting", s.parting}, {"drawing", s.drawing}, {"whole", s.whole}};
}

json examine(const options& o) {
  const bool is_trial = o.from.is_trial();
  specimen whole = is_trial ? specimen(load_trial(o.from.file).trial) : specimen(load(o.from.file).program);
  const std::string target = o.from.owner();
  subject who(target);
  isolation in(who, {std::chrono::milliseconds(o.milliseconds), std::size_t{o.megabytes} << 20}, o.work);

  json answer{{"input", o.from.file.string()},
              {"target", target},
              {"trial", is_trial},
              {"size", whole.size()},
              {"text", whole.text()}};
  std::vector<sighting> runs;
  for (unsigned n = 0; n < o.times; ++n) runs.push_back(in.run(whole, n != 0 && n + 1 == o.times));
  const auto found = std::find_if(runs.begin(), runs.end(), [](const sighting& s) { return !s.well(); });
  const bool steady = std::all_of(runs.begin(), runs.end(), [&](const sighting& s) { return same(s, runs[0]); });
  for (const sighting& s : runs) answer["runs"].push_back(to_json(s));
  answer["steady"] = steady;
  if (found == runs.end()) return answer;

  const sighting first = *found;
  const std::string id = first.id;
  if (id == "timeout")
    in.time_limit(std::min(std::chrono::milliseconds(o.milliseconds), std::chrono::milliseconds(1000)));
  const reduction r = reduce(in, whole, first, o.seconds);
  in.time_limit(std::chrono::milliseconds(o.milliseconds));
  sighting last = in.run(r.least);
  if (!alike(last, first)) last = first;  // a flaky one
  answer["finding"] = to_json(last);
  answer["finding"]["kind"] = kind_of(r.least, last);
  if (r.least.program() != nullptr && last.op < r.least.program()->ops.size()) {
    answer["finding"]["at"] = to_text(r.least.program()->ops[last.op]);
  }
  answer["minimal"] = {
      {"text", r.least.text()}, {"size", r.least.size()}, {"tried", r.tried}, {"taken", r.taken}, {"ended", r.ended}};
  answer["stack"] = to_json(in.core_stack(r.least, last));
  if (id == "sanitizer" || id == "crash" || id == "memory" || id == "leak") {
    in.run(r.least);
    answer["log"] = tail(in.log(), 60);
  }
  answer["story"] = to_json(tell_story(in, who, r.least, last, o.work));
  if (!o.engine.empty()) {
    answer["on_cpu"] = r.least.program() != nullptr ? ask_processor(in, who, *r.least.program(), o.engine, o.work)
                                                    : ask_unicorn(in, *r.least.trial(), o.work);
  }
  return answer;
}

}  // namespace

}  // namespace umbra::tools

int main(int argc, char** argv) {
  using namespace umbra::tools;
  CLI::App app("Examines one fuzz input in the core that this program was built with.", "umbra-probe");
  options o;
  o.from.ask(app);
  app.add_option("--out", o.out, "Where to write what comes of it, as JSON")->required();
  app.add_option("--work", o.work, "A directory for logs")->required();
  app.add_option("--times", o.times, "Executions that have to agree")->check(CLI::Range(1, 1000));
  app.add_option("--timeout", o.milliseconds, "For one execution, milliseconds")->check(CLI::Range(1, 3'600'000));
  app.add_option("--memory", o.megabytes, "For one execution, MiB")->check(CLI::Range(64, 1 << 20));
  app.add_option("--on-cpu", o.engine, "Ask this emulator's processor about the guest's accesses, too");
  app.add_option("--reduce", o.seconds, "To make the input simple, seconds at most");
  return run_program(app, argc, argv, [&] {
    write_file(o.out, examine(o).dump(1) + "\n");
    return status::good;
  });
}
