#include <word/table.hpp>

#include <vector>

#include "models/smt/path.hpp"

namespace umbra {

namespace {

bool certain(flag f) { return raw(f).symbol == nullptr && raw(f).known != 0; }
bool impossible(flag f) { return raw(f).symbol == nullptr && raw(f).known == 0; }

}  // namespace

word table::get(word index) const {
  const word wanted = index & word{entries - 1};
  const store* first = newest_;
  for (; first != nullptr && !certain(first->index == wanted); first = first->older) {
  }
  word result = first == nullptr ? word{0} : first->value;
  // From the oldest of those above it to the newest.
  std::vector<const store*> later;
  for (const store* s = newest_; s != first; s = s->older) later.push_back(s);
  for (auto s = later.rbegin(); s != later.rend(); ++s) {
    const flag here = (*s)->index == wanted;
    if (!impossible(here)) result = select(here, (*s)->value, result);
  }
  return result;
}

word table::present(word index) const {
  const word wanted = index & word{entries - 1};
  for (const store* s = newest_; s != nullptr; s = s->older) {
    const flag here = s->index == wanted;
    if (s->older == nullptr) smt::path::current().assume(here);
    if (!here) continue;
    smt::path::current().assume(s->value != word{0});
    return s->value;
  }
  smt::path::current().close();
}

void table::set(word index, word value) {
  void* place = smt::path::current().allocate(sizeof(store));
  newest_ = new (place) store{index & word{entries - 1}, value, newest_};
}

bool table::overwritten(const store& s) const {
  for (const store* later = newest_; later != &s; later = later->older) {
    if (later->index == s.index) return true;
  }
  return false;
}

word table::next_used(word from) const {
  std::vector<const store*> used;
  for (const store* s = newest_; s != nullptr; s = s->older) {
    if (!overwritten(*s) && s->value != word{0}) used.push_back(s);
  }
  if (certain(from == word{0})) return used.empty() ? word{entries} : used.front()->index;
  for (std::size_t n = 0; n < used.size(); ++n) {
    if (certain(used[n]->index + word{1} == from)) return n + 1 < used.size() ? used[n + 1]->index : word{entries};
  }
  // The entry that the walk came from may have been cleared since: what is left comes after it.
  return used.empty() ? word{entries} : used.front()->index;
}

}  // namespace umbra
