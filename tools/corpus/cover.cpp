#include "tools/corpus/cover.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace umbra::tools {

std::vector<std::string> enough(std::vector<covering> all) {
  std::sort(all.begin(), all.end(), [](const covering& a, const covering& b) {
    return std::tuple(!a.kept, a.bytes, a.name) < std::tuple(!b.kept, b.bytes, b.name);
  });
  std::unordered_map<std::uint32_t, unsigned> times;  // that a feature is reached by those taken so far
  std::vector<const covering*> taken;
  for (const covering& c : all) {
    const bool adds = std::any_of(c.features->begin(), c.features->end(), [&](auto f) { return times[f] == 0; });
    if (!adds && !c.kept) continue;
    for (const auto f : *c.features) ++times[f];
    taken.push_back(&c);
  }
  // The largest go first, if what they were taken for came again with others. None can go afterwards: counts only fall.
  for (auto last = taken.end(); last != taken.begin();) {
    --last;
    const covering& c = **last;
    const bool spare = std::all_of(c.features->begin(), c.features->end(), [&](auto f) { return times[f] > 1; });
    if (c.kept || !spare) continue;
    for (const auto f : *c.features) --times[f];
    last = taken.erase(last);
  }
  std::vector<std::string> names;
  for (const covering* c : taken) names.push_back(c->name);
  return names;
}

}  // namespace umbra::tools
