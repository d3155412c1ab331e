#include "tools/mutate/census.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/mutate/crew.hpp"
#include "tools/mutate/digest.hpp"
#include "tools/mutate/ledger.hpp"
#include "tools/mutate/operators.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

bool part::holds(const std::string& file) const {
  if (file.find("/test/") != std::string::npos) return false;
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& f) { return file.starts_with(f); });
}

const std::vector<part>& parts() {
  static const std::vector<part> all{
      {"core", {"core/"}}, {"models", {"models/reference/", "models/invariants/"}}, {"machine", {"models/machine/"}}};
  return all;
}

const part& part_named(const std::string& name) {
  for (const part& p : parts()) {
    if (p.name == name) return p;
  }
  throw error(fmt::format("There is no part '{}' to mutate.", name));
}

namespace {

/// The files of the part, each read once; shared by all that look for mutations.
class shelf {
 public:
  explicit shelf(const part& p) : part_(p) {}

  /// By its name relative to the top; null if it is not of the part.
  const std::string* text(const std::string& file) {
    if (!part_.holds(file)) return nullptr;
    const std::lock_guard lock(mutex_);
    auto [at, fresh] = texts_.try_emplace(file);
    if (fresh) at->second = read_file(root() / file);
    return &at->second;
  }

 private:
  const part& part_;
  std::mutex mutex_;
  std::map<std::string, std::string> texts_;
};

std::string syntax_command(const translation& t, const fs::path& log) {
  return build_plan::compile_command(
      t, fmt::format("-w -fsyntax-only -Xclang -ast-dump=json -Xclang -ast-dump-filter=umbra 2>{}", log.string()),
      "/dev/null");
}

void look_for(const translation& t, const build_plan& plan, shelf& files, const fs::path& work,
              const std::function<void(proposal)>& take) {
  const fs::path dump = work / fmt::format("{}.json", fs::path(t.object).filename().string());
  const fs::path log = dump.string() + ".log";
  if (run({.words = {"sh", "-c", syntax_command(t, log)},
           .directory = plan.directory(),
           .environment = {{"CCACHE_DISABLE", "1"}},
           .output = dump}) != 0) {
    throw error(fmt::format("{} does not compile as it is: {}", t.source, tail(read_file(log), 5)), status::broken);
  }
  const std::string text = read_file(dump);
  fs::remove(dump);
  fs::remove(log);
  std::map<std::string, std::pair<std::string, const std::string*>> opened;
  const auto text_of = [&](const std::string& file) {
    auto [at, fresh] = opened.try_emplace(file);
    if (fresh) {
      at->second.first = (fs::path(file).is_absolute() ? fs::path(file) : plan.directory() / file)
                             .lexically_normal()
                             .lexically_relative(root())
                             .generic_string();
      at->second.second = files.text(at->second.first);
    }
    return at->second.second;
  };
  mutation_finder finder(text_of, [&](proposal p) {
    p.change.file = opened.at(p.change.file).first;
    take(std::move(p));
  });
  read_syntax(text, [&](const syntax& declaration) { finder.visit(declaration); });
}

/// One translation for each source of the part, and enough others that each of its headers is read by one.
std::vector<const translation*> translations_of(const part& p, const build_plan& plan) {
  std::vector<const translation*> all;
  std::set<std::string> taken;
  for (const translation& t : plan.translations()) {
    if (p.holds(t.source) && !plan.readers(t.source).empty() && taken.insert(t.source).second) all.push_back(&t);
  }
  for (const std::string& folder : p.folders) {
    for (const auto& e : fs::recursive_directory_iterator(root() / folder)) {
      const std::string file = e.path().lexically_relative(root()).generic_string();
      if (e.path().extension() != ".hpp" || !p.holds(file)) continue;
      const auto readers = plan.readers(file);
      const bool read =
          std::any_of(readers.begin(), readers.end(), [&](const translation* t) { return taken.contains(t->source); });
      if (read || readers.empty()) continue;
      taken.insert(readers.front()->source);
      all.push_back(readers.front());
    }
  }
  return all;
}

/// What the census found last time, if neither the tree nor this program has changed since.
class memory_of_census {
 public:
  explicit memory_of_census(fs::path file)
      : file_(std::move(file)), state_(state_of_tree(fmt::format("{}", digest(read_file("/proc/self/exe"))))) {}

  std::optional<std::vector<proposal>> recall() const {
    if (!fs::exists(file_)) return std::nullopt;
    const auto j = nlohmann::json::parse(read_file(file_), nullptr, false);
    if (!j.is_object() || j.value("state", "") != state_) return std::nullopt;
    std::vector<proposal> all;
    for (const auto& p : j.at("proposals")) {
      all.push_back({p.at(0), p.at(1), {p.at(2), p.at(3), p.at(4), p.at(5)}});
    }
    return all;
  }
  void keep(const std::vector<proposal>& all) const {
    nlohmann::json list = nlohmann::json::array();
    for (const proposal& p : all) {
      list.push_back({p.kind, p.function, p.change.file, p.change.begin, p.change.end, p.change.with});
    }
    write_file(file_, nlohmann::json{{"state", state_}, {"proposals", list}}.dump());
  }

 private:
  fs::path file_;
  std::string state_;
};

std::vector<proposal> look_everywhere(const part& p, const build_plan& plan, shelf& files, const fs::path& work,
                                      unsigned jobs) {
  std::mutex mutex;
  std::vector<proposal> proposals;
  std::set<edit> known;
  const auto translations = translations_of(p, plan);
  share_work(translations.size(), jobs, [&](std::size_t n, unsigned worker) {
    const fs::path place = work / fmt::format("{}", worker);
    fs::create_directories(place);
    look_for(*translations[n], plan, files, place, [&](proposal found) {
      const std::lock_guard lock(mutex);
      if (known.insert(found.change).second) proposals.push_back(std::move(found));
    });
  });
  // Which translation came first must not count.
  std::sort(proposals.begin(), proposals.end(), [](const proposal& a, const proposal& b) {
    return std::tie(a.change, a.kind, a.function) < std::tie(b.change, b.kind, b.function);
  });
  return proposals;
}

}  // namespace

std::vector<mutation> census(const part& p, const build_plan& plan, const fs::path& work, unsigned jobs) {
  fs::create_directories(work);
  shelf files(p);
  const memory_of_census before(work / "found.json");
  auto proposals = before.recall();
  if (!proposals) {
    proposals = look_everywhere(p, plan, files, work, jobs);
    before.keep(*proposals);
  }
  return named(*proposals, [&](const std::string& file) -> const std::string& { return *files.text(file); });
}

}  // namespace umbra::tools
