#include "tools/mutate/report.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

using group = std::function<std::string(const fate&)>;

std::string by_operator(const fate& f) { return f.subject.kind; }

std::string by_folder(const fate& f) {
  const std::string& file = f.subject.change.file;
  return file.substr(0, file.rfind('/'));
}

std::map<std::string, tally> grouped(const mutation_report& r, const group& of) {
  std::map<std::string, tally> all;
  for (const fate& f : r.fates) all[of(f)].add(f);
  return all;
}

std::string table(const mutation_report& r, const std::string& title, const group& of) {
  std::string text = fmt::format("{:<28} {:>7} {:>7} {:>9} {:>5} {:>6} {:>6}\n", title, "mutants", "killed", "survived",
                                 "late", "equal", "rate");
  for (const auto& [name, t] : grouped(r, of)) {
    text += fmt::format("{:<28} {:>7} {:>7} {:>9} {:>5} {:>6} {:>5}%\n", name, t.count(), t.killed, t.survived, t.late,
                        t.equal + t.argued, t.count() == 0 ? "-" : fmt::format("{:.0f}", t.rate()));
  }
  return text;
}

bool is_left(const fate& f) { return f.became == fate::state::survived || f.became == fate::state::late; }

nlohmann::json json_of(const tally& t) {
  return {{"count", t.count()},    {"killed", t.killed},       {"by_tests", t.tests}, {"by_fuzz", t.fuzz},
          {"by_proofs", t.proofs}, {"survived", t.survived},   {"late", t.late},      {"equal", t.equal},
          {"argued", t.argued},    {"stillborn", t.stillborn}, {"rate", t.rate()}};
}

nlohmann::json json_of(const std::map<std::string, tally>& groups) {
  nlohmann::json all = nlohmann::json::object();
  for (const auto& [name, t] : groups) all[name] = json_of(t);
  return all;
}

}  // namespace

void tally::add(const fate& f) {
  switch (f.became) {
    case fate::state::killed: {
      ++killed;
      const std::string& engine = f.killer()->engine;
      ++(engine == "tests" ? tests : engine == "fuzz" ? fuzz : proofs);
      break;
    }
    case fate::state::survived:
      ++survived;
      break;
    case fate::state::late:
      ++late;
      break;
    case fate::state::stillborn:
      ++stillborn;
      break;
    case fate::state::equal:
      ++equal;
      break;
    case fate::state::argued:
      ++argued;
      break;
  }
}

tally tally_of(const std::vector<fate>& all) {
  tally t;
  for (const fate& f : all) t.add(f);
  return t;
}

std::string row(const fate& f) {
  const opinion* k = f.killer();
  const std::string by = k == nullptr ? f.why : fmt::format("{}: {}", k->judge, k->what);
  return fmt::format("{:<8} {:<9} {:<13} {:>6.1f} s  {:<44} {}\n", f.subject.id, name_of(f.became), f.subject.kind,
                     f.seconds, fmt::format("{} {}", f.subject.place(), f.subject.function), by.substr(0, 100));
}

std::string survivors(const mutation_report& r) {
  std::string text;
  for (const fate& f : r.fates) {
    if (!is_left(f)) continue;
    std::string asked;
    for (const opinion& o : f.opinions) {
      if (o.engine != "tests" || o.said != opinion::answer::quiet) {
        asked += fmt::format("{}{} {}", asked.empty() ? "" : ", ", o.judge,
                             o.said == opinion::answer::late ? "ran out of time" : "quiet");
      }
    }
    text += fmt::format("\n{} {} ({} in {}; {})\n{}", f.subject.id, name_of(f.became), f.subject.kind,
                        f.subject.function.empty() ? "no function" : f.subject.function,
                        asked.empty() ? "tests quiet" : asked,
                        drawn(read_file(root() / f.subject.change.file), f.subject.change));
  }
  return text;
}

std::string tables(const mutation_report& r) {
  return table(r, "operator", by_operator) + "\n" + table(r, "folder", by_folder);
}

std::string sum(const tally& t) {
  return fmt::format(
      "{} of {} killed ({:.1f} %): {} by tests, {} by fuzzing, {} by proofs; {} survived, {} ran out of time; beside "
      "them {} "
      "equal by object code, {} by argument, {} that do not compile",
      t.killed, t.count(), t.rate(), t.tests, t.fuzz, t.proofs, t.survived, t.late, t.equal, t.argued, t.stillborn);
}

std::string to_json(const mutation_report& r) {
  nlohmann::json mutants = nlohmann::json::array();
  for (const fate& f : r.fates) {
    nlohmann::json m = nlohmann::json::parse(to_line(f));
    if (is_left(f)) m["diff"] = drawn(read_file(root() / f.subject.change.file), f.subject.change);
    mutants.push_back(std::move(m));
  }
  const nlohmann::json all{{"part", r.part},
                           {"seed", r.seed},
                           {"population", r.population},
                           {"fuzz_seconds", r.seconds},
                           {"shard", r.shard},
                           {"shards", r.shards},
                           {"total", json_of(tally_of(r.fates))},
                           {"by_operator", json_of(grouped(r, by_operator))},
                           {"by_folder", json_of(grouped(r, by_folder))},
                           {"mutants", mutants}};
  return all.dump(1) + "\n";
}

}  // namespace umbra::tools
