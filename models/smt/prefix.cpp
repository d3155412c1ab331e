#include "models/smt/prefix.hpp"

#include <algorithm>
#include <cstdio>

#include "models/smt/failure.hpp"

namespace umbra::smt {

std::string to_text(const prefix& p) {
  std::string text;
  for (const prefix_step& s : p) {
    char step[40];
    std::snprintf(step, sizeof step, "%c%c%x:%llx.", static_cast<char>(s.kind), s.taken ? '+' : '-', s.hash,
                  static_cast<unsigned long long>(s.value));
    text += step;
  }
  return text;
}

prefix prefix_of(std::string_view text) {
  prefix p;
  for (std::string rest(text); !rest.empty();) {
    char kind[2] = {}, sign[2] = {};
    unsigned hash = 0;
    unsigned long long value = 0;
    int length = 0;
    if (std::sscanf(rest.c_str(), "%1[foap]%1[+-]%x:%llx.%n", kind, sign, &hash, &value, &length) != 4 || length == 0)
      throw failure(failure_kind::lost, "A worker sent a path that cannot be read.");
    p.push_back({static_cast<step_kind>(kind[0]), sign[0] == '+', hash, value});
    rest.erase(0, static_cast<std::size_t>(length));
  }
  return p;
}

unsigned forks_of(const prefix& p) {
  return static_cast<unsigned>(
      std::count_if(p.begin(), p.end(), [](const prefix_step& s) { return s.kind == step_kind::fork; }));
}

}  // namespace umbra::smt
