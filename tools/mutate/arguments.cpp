#include "tools/mutate/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

/// The mutation that an argument is about, or null.
const mutation* subject_of(const argument& a, const std::vector<mutation>& all) {
  unsigned nth = 0;
  for (const mutation& m : all) {
    if (m.change.file != a.file || m.function != a.function || squeezed(m.lines.was) != a.was ||
        squeezed(m.lines.becomes) != a.becomes) {
      continue;
    }
    if (nth++ == a.nth) return &m;
  }
  return nullptr;
}

}  // namespace

std::vector<argument> arguments_in(const std::filesystem::path& file) {
  std::vector<argument> all;
  try {
    for (const auto& j : nlohmann::json::parse(read_file(file))) {
      argument a{.file = j.at("file"),
                 .function = j.at("function"),
                 .was = squeezed(j.at("was").get<std::string>()),
                 .becomes = squeezed(j.at("becomes").get<std::string>()),
                 .nth = j.value("nth", 0u),
                 .because = j.at("because")};
      if (a.because.size() < 20) throw error(fmt::format("{}: '{}' is no argument.", file.string(), a.because));
      all.push_back(std::move(a));
    }
  } catch (const nlohmann::json::exception& e) {
    throw error(fmt::format("{}: {}.", file.string(), e.what()));
  }
  return all;
}

std::string argued(const std::vector<argument>& arguments, const std::vector<mutation>& all, const mutation& m) {
  for (const argument& a : arguments) {
    const mutation* subject = subject_of(a, all);
    if (subject != nullptr && subject->id == m.id) return a.because;
  }
  return "";
}

std::vector<argument> idle(const std::vector<argument>& arguments, const std::vector<mutation>& all) {
  std::vector<argument> left;
  std::copy_if(arguments.begin(), arguments.end(), std::back_inserter(left),
               [&](const argument& a) { return subject_of(a, all) == nullptr; });
  return left;
}

}  // namespace umbra::tools
