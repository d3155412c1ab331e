#include "tools/triage/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "tools/cli/error.hpp"

namespace umbra::tools {

namespace {

/// Functions of a stack that count: deeper ones tell how the guest got there, not what went wrong.
constexpr std::size_t telling_frames = 3;

/// FNV-1a: the same on every machine, for good.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf2'9ce4'8422'2325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  return h;
}

std::string as_file_name(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return text;
}

/// An assertion begins with where its source lay when it was compiled; from the top of the tree that is the same
/// everywhere.
std::string from_the_top(std::string text) {
  const std::size_t core = text.find("/core/");
  if (core != std::string::npos && text.find(' ') > core) text.erase(0, core + 1);
  return text;
}

}  // namespace

record record_of(const nlohmann::json& answer) {
  try {
    record r;
    r.target = answer.at("target");
    r.trial = answer.at("trial");
    const auto& finding = answer.at("finding");
    r.id = finding.at("id");
    r.rule = finding.at("rule");
    r.text = from_the_top(finding.at("text"));
    r.kind = finding.at("kind");
    r.at = finding.value("at", "");
    r.stack = answer.at("stack").get<std::vector<frame>>();
    r.steady = answer.at("steady");
    for (const auto& run : answer.at("runs")) {
      ++r.times;
      r.reproduced += !run.at("id").get<std::string>().empty();
    }
    r.size = answer.at("size");
    r.minimal = answer.at("minimal").at("text");
    r.minimal_size = answer.at("minimal").at("size");
    r.tried = answer.at("minimal").at("tried");
    r.steps = answer.at("story").at("steps").get<std::vector<record::step>>();
    r.drawing = answer.at("story").value("drawing", r.drawing);
    r.parting = answer.at("story").at("parting").get<std::vector<std::string>>();
    r.log = answer.value("log", "");
    r.on_cpu = answer.value("on_cpu", r.on_cpu);
    r.inputs = {answer.at("input")};
    return r;
  } catch (const nlohmann::json::exception& e) {
    throw error(fmt::format("The probe's answer is not in order: {}.", e.what()), status::broken);
  }
}

std::string signature(const record& r) {
  std::string text = r.id;
  if (!r.rule.empty()) text += " (" + r.rule + ")";
  text += " at " + r.kind;
  for (std::size_t n = 0; n < std::min(telling_frames, r.stack.size()); ++n) {
    text += (n == 0 ? " in " : " < ") + r.stack[n].function;
  }
  return text;
}

std::string signature_name(const record& r) {
  return fmt::format("{}-{}-{:08x}", as_file_name(r.id), as_file_name(r.kind), hash(signature(r)) >> 32);
}

}  // namespace umbra::tools
