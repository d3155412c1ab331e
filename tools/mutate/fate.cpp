#include "tools/mutate/fate.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"

namespace umbra::tools {

namespace {

constexpr std::array states{"killed", "survived", "late", "stillborn", "equal", "argued"};
constexpr std::array answers{"quiet", "noticed", "late"};

template <class E, std::size_t N>
E value_of(const std::array<const char*, N>& names, const std::string& name) {
  for (std::size_t n = 0; n < N; ++n) {
    if (name == names[n]) return static_cast<E>(n);
  }
  throw error(fmt::format("'{}' is no fate of a mutant.", name), status::broken);
}

}  // namespace

const opinion* fate::killer() const {
  for (const opinion& o : opinions) {
    if (o.said == opinion::answer::noticed) return &o;
  }
  return nullptr;
}

std::string name_of(fate::state s) { return states[static_cast<std::size_t>(s)]; }

std::string to_line(const fate& f) {
  nlohmann::json opinions = nlohmann::json::array();
  for (const opinion& o : f.opinions) {
    opinions.push_back({{"engine", o.engine},
                        {"judge", o.judge},
                        {"said", answers[static_cast<std::size_t>(o.said)]},
                        {"what", o.what},
                        {"seconds", o.seconds}});
  }
  const nlohmann::json line{{"id", f.subject.id},
                            {"operator", f.subject.kind},
                            {"file", f.subject.change.file},
                            {"line", f.subject.lines.line},
                            {"function", f.subject.function},
                            {"was", f.subject.lines.was},
                            {"becomes", f.subject.lines.becomes},
                            {"fate", name_of(f.became)},
                            {"why", f.why},
                            {"seconds", f.seconds},
                            {"fuzzed", f.fuzzed},
                            {"proved", f.proved},
                            {"opinions", opinions}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

fate from_line(const std::string& line, const mutation& m) {
  try {
    const auto j = nlohmann::json::parse(line);
    fate f{.subject = m,
           .became = value_of<fate::state>(states, j.at("fate")),
           .opinions = {},
           .why = j.at("why"),
           .seconds = j.at("seconds"),
           .fuzzed = j.at("fuzzed"),
           .proved = j.at("proved")};
    for (const auto& o : j.at("opinions")) {
      f.opinions.push_back({.engine = o.at("engine"),
                            .judge = o.at("judge"),
                            .said = value_of<opinion::answer>(answers, o.at("said")),
                            .what = o.at("what"),
                            .seconds = o.at("seconds")});
    }
    return f;
  } catch (const nlohmann::json::exception& e) {
    throw error(fmt::format("What is kept of mutant {} cannot be read: {}.", m.id, e.what()), status::broken);
  }
}

}  // namespace umbra::tools
