#include "tools/mutate/mutation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/mutate/digest.hpp"

namespace umbra::tools {

std::string mutation::place() const { return fmt::format("{}:{}", change.file, lines.line); }

std::vector<mutation> named(const std::vector<proposal>& proposals,
                            const std::function<const std::string&(const std::string& file)>& text_of) {
  std::map<edit, const proposal*> once;
  for (const proposal& p : proposals) once.try_emplace(p.change, &p);
  std::vector<mutation> all;
  std::map<std::uint64_t, unsigned> same;
  for (const auto& [change, p] : once) {
    mutation m{.id = {}, .kind = p->kind, .function = p->function, .change = change, .lines = {}};
    m.lines = lines_touched(text_of(change.file), change);
    std::uint64_t d = digest(change.file);
    for (const std::string& part : {m.function, m.kind, squeezed(m.lines.was), squeezed(m.lines.becomes)})
      d = digest(part, d);
    // Lines that read the same in one function are told apart by their order.
    d = digest(fmt::format("{}", same[d]++), d);
    m.id = fmt::format("{:08x}", spread(d) >> 32);
    all.push_back(std::move(m));
  }
  return all;
}

std::vector<mutation> sample(std::vector<mutation> all, std::size_t count, std::uint32_t seed) {
  const auto lot = [&](const mutation& m) { return spread(digest(m.id, spread(seed))); };
  const auto by_lot = [&](const mutation& a, const mutation& b) {
    return std::pair(lot(a), a.id) < std::pair(lot(b), b.id);
  };
  std::sort(all.begin(), all.end(), by_lot);
  if (all.size() > count) all.resize(count);
  return all;
}

std::vector<mutation> shard(const std::vector<mutation>& all, unsigned which, unsigned of) {
  std::vector<mutation> mine;
  for (std::size_t n = which - 1; n < all.size(); n += of) mine.push_back(all[n]);
  return mine;
}

}  // namespace umbra::tools
