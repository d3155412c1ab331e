#include "tools/triage/probe/cpu_scene.hpp"

#include "core/x86/control.hpp"
#include "fuzz/guest/shared/layout.hpp"
#include "fuzz/world/guest_view.hpp"
#include "models/reference/walk.hpp"
#include "tools/triage/probe/path_maker.hpp"

namespace umbra::tools {

namespace {

using opguest::format, opguest::scene;
namespace layout = opguest::layout;

/// The part of a data frame that answers to an access of this kind.
constexpr unsigned part_for(opguest::kind k) {
  return k == opguest::kind::write   ? layout::slot_cell
         : k == opguest::kind::fetch ? layout::slot_code
                                     : layout::slot_tag;
}

}  // namespace

std::optional<scene> scene_of(fuzz::world& w, const fuzz::op& o, std::string& why) {
  using fuzz::kind;
  if (o.kind != kind::read && o.kind != kind::write && o.kind != kind::fetch) return std::nullopt;
  const reference::registers& r = w.registers(w.current());
  opguest::probe p{};
  p.what = o.kind == kind::write   ? opguest::kind::write
           : o.kind == kind::fetch ? opguest::kind::fetch
           : o.by.implicit         ? opguest::kind::implicit
                                   : opguest::kind::read;
  p.cpl = o.by.cpl;
  p.ac = o.by.ac;
  const bool user = o.by.cpl == 3 && !o.by.implicit;
  const reference::access by{.user = user,
                             .write = o.kind == kind::write,
                             .fetch = o.kind == kind::fetch,
                             .ac = o.by.ac && o.by.cpl < 3 && !o.by.implicit};
  const bool wide = static_cast<bool>(reference::uses_4level(r));
  const std::uint64_t gva =
      wide ? static_cast<std::uint64_t>(static_cast<std::int64_t>(o.address << 16) >> 16) : o.address & 0xffff'ffff;
  const fuzz::guest_view memory(w.map(), w.hardware().memory());
  const reference::translation t = reference::walk(memory, r, gva, by);
  if (t.rootless) {
    why = "the guest's root table is not in memory";
    return std::nullopt;
  }
  for (unsigned a = 0; a < t.steps; ++a) {
    for (unsigned b = 0; b < a; ++b) {
      if (t.used[a].gpa >> 12 != t.used[b].gpa >> 12) continue;
      why = "the path goes through one table twice";
      return std::nullopt;
    }
  }
  scene s{};
  set_mode(s, r);
  if (s.mode == format::off) {
    p.gva = layout::low_regions[0];
  } else {
    path_maker made(s, r);
    made.lay(t, gva);
    p.gva = made.address();
  }
  p.gva += part_for(p.what);
  set_registers(p, r);
  s.probes[0] = p;
  s.probes_used = 1;
  return s;
}

}  // namespace umbra::tools
