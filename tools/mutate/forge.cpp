#include "tools/mutate/forge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/mutate/digest.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// Without a note of lines, so that equal code is equal; warnings are for people.
constexpr const char* plainly = "-g0 -w -O2";

/// A compiler cache knows nothing of overlays, and would meet each mutation once: it is for code as it is.
ending shell(const std::string& words, const fs::path& directory, const fs::path& log, bool cached = false) {
  command c{.words = {"sh", "-c", words}, .directory = directory, .output = log};
  if (!cached) c.environment = {{"CCACHE_DISABLE", "1"}};
  return run(c);
}

std::string command_of(const translation& t, bool guided, const std::string& options, const fs::path& object) {
  const std::string command = build_plan::compile_command(t, options, object.string());
  return guided ? command : build_plan::unguided(command);
}

std::string file_name(const translation& t) { return fmt::format("{:016x}.o", digest(t.object)); }

}  // namespace

std::uint64_t clean_code::of(const translation& t, bool guided) {
  const std::pair key(t.object, guided);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
  }
  // Two may need the same at the same time; each then compiles it for itself.
  const fs::path place = work_ / fmt::format("{}", ++compilations_);
  fs::create_directories(place);
  const fs::path object = place / "clean.o", log = place / "log";
  if (shell(command_of(t, guided, plainly, object), plan_.directory(), log, true) != 0) {
    throw error(fmt::format("{} does not compile as it is: {}", t.source, tail(read_file(log), 5)), status::broken);
  }
  const std::uint64_t d = digest(read_file(object));
  fs::remove_all(place);
  const std::lock_guard lock(mutex_);
  return known_[key] = d;
}

forge::forge(const build_plan& plan, clean_code& clean, const mutation& m, fs::path work)
    : plan_(plan), clean_(clean), work_(std::move(work)), readers_(plan.readers(m.change.file, m.function)) {
  overlay({{m.change.file, edited(read_file(root() / m.change.file), m.change)}});
}

forge::forge(const build_plan& plan, clean_code& clean, const std::map<std::string, std::string>& changed,
             fs::path work)
    : plan_(plan), clean_(clean), work_(std::move(work)) {
  std::set<const translation*> all;
  for (const auto& [file, text] : changed) {
    for (const translation* t : plan.readers(file)) all.insert(t);
  }
  readers_.assign(all.begin(), all.end());
  overlay(changed);
}

void forge::overlay(const std::map<std::string, std::string>& changed) {
  fs::remove_all(work_);
  fs::create_directories(work_);
  nlohmann::json roots = nlohmann::json::array();
  for (const auto& [file, text] : changed) {
    const fs::path instead = work_ / "changed" / file;
    write_file(instead, text);
    roots.push_back({{"name", fs::canonical(root() / file).string()},
                     {"type", "file"},
                     {"external-contents", fs::absolute(instead).string()}});
  }
  const nlohmann::json all{{"version", 0}, {"use-external-names", false}, {"roots", roots}};
  write_file(work_ / "overlay.yaml", all.dump() + "\n");
  // The files themselves and their library first: it is there that most that does not compile is noticed.
  const auto rank = [&](const translation* t) {
    return std::pair(changed.contains(t->source) ? 0 : t->library.empty() ? 2 : 1, t->object);
  };
  std::sort(readers_.begin(), readers_.end(),
            [&](const translation* a, const translation* b) { return rank(a) < rank(b); });
}

forge::~forge() {
  std::error_code ignored;
  fs::remove_all(work_, ignored);
}

bool forge::compile(const translation& t, bool guided, const fs::path& object) {
  const std::string options = fmt::format("{} -ivfsoverlay {}", plainly, (work_ / "overlay.yaml").string());
  if (shell(command_of(t, guided, options, object), plan_.directory(), work_ / "log") == 0) return true;
  problem_ = "it does not compile";
  return false;
}

bool forge::differs(const translation& t) {
  const auto known = compiled_.find(&t);
  if (known != compiled_.end()) return known->second;
  const fs::path object = work_ / file_name(t);
  if (!compile(t, true, object)) return false;
  const bool different = digest(read_file(object)) != clean_.of(t, true);
  if (!different) fs::remove(object);
  return compiled_[&t] = different;
}

bool forge::makes_no_difference() {
  for (const translation* t : readers_) {
    const bool different = differs(*t);
    if (!problem_.empty()) return false;
    if (!different) continue;
    // What guides fuzzers keeps the optimiser from some of its work.
    const fs::path object = work_ / "unguided.o";
    if (!compile(*t, false, object)) return false;
    if (digest(read_file(object)) != clean_.of(*t, false)) return false;
  }
  return true;
}

unsigned forge::translations_for(const linkage& l) const {
  return static_cast<unsigned>(std::count_if(readers_.begin(), readers_.end(), [&](const translation* t) {
    return !compiled_.contains(t) && build_plan::links(l, *t);
  }));
}

std::optional<fs::path> forge::program(const linkage& l) {
  std::map<std::string, std::string> instead, archived;  // by object; members by archive
  for (const translation* t : readers_) {
    if (!build_plan::links(l, *t)) continue;
    const bool different = differs(*t);
    if (!problem_.empty()) return std::nullopt;
    if (!different) continue;
    const std::string object = (work_ / file_name(*t)).string();
    if (build_plan::links_directly(l, *t)) {
      instead[t->object] = object;
    } else {
      archived[t->library] += " " + object;
    }
  }
  if (instead.empty() && archived.empty()) return std::nullopt;
  // An archive of them before their own: they define what somebody asks for, and nothing that nobody does.
  for (const auto& [library, members] : archived) {
    const std::string before = (work_ / fmt::format("{:016x}.a", digest(library))).string();
    fs::remove(before);
    if (shell(fmt::format("ar qcs {}{}", before, members), plan_.directory(), work_ / "log") != 0) {
      problem_ = "it cannot be archived: " + tail(read_file(work_ / "log"), 2);
      return std::nullopt;
    }
    instead[library] = before + " " + library;
  }
  const fs::path out = work_ / l.name;
  const std::string options = l.command.find("-fuse-ld=lld") == std::string::npos ? "" : " -Wl,--threads=1";
  const std::string command = build_plan::link_command(l, instead, out.string() + options);
  if (shell(command, plan_.directory(), work_ / "log") != 0) {
    const std::string log = read_file(work_ / "log");
    const std::size_t error = std::min(log.find("error: "), log.size());
    problem_ = "it does not link: " + log.substr(error, log.find('\n', error) - error);
    return std::nullopt;
  }
  return out;
}

}  // namespace umbra::tools
