#include "models/invariants/passes.hpp"

namespace umbra::invariants {

violation check_all(const subject& s, workspace& w, depth d) {
  w.begin();
  if (const violation v = passes::memory(s, d)) return v;
  if (const violation v = passes::pages(s, w)) return v;
  if (const violation v = passes::entries(s, w)) return v;
  if (const violation v = passes::roots(s, w)) return v;
  if (const violation v = passes::chains(s, w)) return v;
  if (const violation v = passes::identities(s, w)) return v;
  if (const violation v = passes::settled(s)) return v;
  return passes::resources(s, w, d);
}

violation check_progress(unsigned exits, unsigned pages, unsigned races) {
  // A page that an instruction touches costs at most one exit to find that roots are out of date, one to build the
  // path, one to make the leaf writable, and one to emulate the write.
  constexpr unsigned exits_a_page = 4;
  const unsigned limit = exits_a_page * pages + races;
  if (exits <= limit) return {};
  return {
      id::i13_progress, "an instruction is done after a bounded number of exits", violation::no_page, 0, limit, exits};
}

}  // namespace umbra::invariants
