#include "tools/bench/instructions.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/bench/callgrind.hpp"
#include "tools/bench/statistics.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

struct named_operation {
  const char* name;
  const char* meaning;
};
constexpr named_operation operations[] = {{"fault", "a shadow fault that sets a leaf"},
                                          {"build", "a shadow fault that builds a page first"},
                                          {"write", "a guest write to a shadowed table"},
                                          {"invlpg", "INVLPG"},
                                          {"cr3", "MOV to CR3 and entry"}};
constexpr unsigned page_scales[] = {10, 100, 1000};
constexpr unsigned mapper_scales[] = {1, 100, 10000};
constexpr unsigned repeats = 64;

scaled_count count(const std::string& binary, const std::string& operation, unsigned pages, unsigned mappers) {
  return read_count(
      callgrind({binary, operation, std::to_string(pages), std::to_string(mappers), std::to_string(repeats)},
                fmt::format("{}-{}-{}", operation, pages, mappers)),
      repeats);
}

std::string meaning(const std::string& operation) {
  for (const auto& o : operations) {
    if (o.name == operation) return o.meaning;
  }
  return operation;
}

double spread_of(const std::vector<scaled_count>& counts) {
  std::vector<double> values;
  for (const scaled_count& c : counts) values.push_back(c.instructions);
  return spread(values);
}

}  // namespace

scaled_count read_count(const std::string& log, unsigned repeats) {
  return {static_cast<unsigned>(number_after(log, " pages=")), static_cast<unsigned>(number_after(log, " mappers=")),
          static_cast<double>(instructions_in(log)) / repeats};
}

std::vector<instruction_count> count_instructions() {
  build("plain", {"operations"});
  const std::string binary = program(build_directory("plain"), "operations").string();
  std::fprintf(stderr, "umbra: counting instructions\n");
  std::vector<instruction_count> all;
  for (const auto& o : operations) {
    instruction_count row{.operation = o.name};
    for (const unsigned pages : page_scales) row.by_pages.push_back(count(binary, o.name, pages, 1));
    for (const unsigned mappers : mapper_scales) row.by_mappers.push_back(count(binary, o.name, 100, mappers));
    all.push_back(row);
  }
  return all;
}

std::string instructions_table(const std::vector<instruction_count>& all) {
  std::string text = fmt::format("{:<42}", "instructions");
  for (const unsigned pages : page_scales) text += fmt::format(" {:>11}", fmt::format("{} pages", pages));
  text += fmt::format(" {:>6}", "");
  for (const unsigned mappers : mapper_scales) text += fmt::format(" {:>13}", fmt::format("{} mappers", mappers));
  text += "\n";
  for (const instruction_count& row : all) {
    text += fmt::format("{:<42}", meaning(row.operation));
    for (const scaled_count& c : row.by_pages) text += fmt::format(" {:>11.0f}", c.instructions);
    text += fmt::format(" {:>6}", growth(spread_of(row.by_pages)));
    for (const scaled_count& c : row.by_mappers) text += fmt::format(" {:>13.0f}", c.instructions);
    text += fmt::format(" {:>6}\n", growth(spread_of(row.by_mappers)));
  }
  return text;
}

nlohmann::json to_json(const instruction_count& row) {
  const auto scales = [](const std::vector<scaled_count>& counts) {
    nlohmann::json list = nlohmann::json::array();
    for (const scaled_count& c : counts) {
      list.push_back({{"pages", c.pages}, {"mappers", c.mappers}, {"instructions", c.instructions}});
    }
    return list;
  };
  return {{"operation", row.operation},           {"meaning", meaning(row.operation)},
          {"by_pages", scales(row.by_pages)},     {"by_pages_spread", spread_of(row.by_pages)},
          {"by_mappers", scales(row.by_mappers)}, {"by_mappers_spread", spread_of(row.by_mappers)}};
}

}  // namespace umbra::tools
