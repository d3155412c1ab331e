#include "tools/run/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/run/guest_tree.hpp"
#include "tools/run/shadow_tree.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

nlohmann::json cached(fuzz::world& w, std::uint64_t gva) {
  nlohmann::json all = nlohmann::json::array();
  for (unsigned v = 0; v < fuzz::world::vcpus; ++v) {
    w.hardware().cpu(v).translations().for_each([&](const machine::translation& t) {
      constexpr std::uint64_t pages = (std::uint64_t{1} << 36) - 1;
      if ((t.page & pages) != (gva >> 12 & pages)) return;
      all.push_back(fmt::format("vCPU {}, VPID {}: host frame {:#x}, {}{}{}{}", v, t.vpid, t.frame, t.write ? "w" : "-",
                                t.user ? "u" : "-", t.execute ? "x" : "-", t.dirty ? ", dirty" : ""));
    });
  }
  return all;
}

}  // namespace

nlohmann::json drawing_of(fuzz::world& w, unsigned vcpu, std::optional<std::uint64_t> gva) {
  shadow_tree shadow = tree_of_shadow(w, vcpu, gva);
  const auto at_stake = [&](std::uint64_t wrong) { return gva && *gva >> 12 == wrong >> 12; };
  if (!shadow.wrong.empty() && std::none_of(shadow.wrong.begin(), shadow.wrong.end(), at_stake)) {
    gva = shadow.wrong.front();
    shadow = tree_of_shadow(w, vcpu, gva);
  }
  nlohmann::json j{{"vcpu", vcpu},
                   {"mode", mode_in_words(w.registers(vcpu))},
                   {"address", nullptr},
                   {"guest", to_json(tree_of_guest(w, vcpu, gva, shadow.wrong))},
                   {"shadow", to_json(shadow.root)},
                   {"cached", nlohmann::json::array()}};
  if (gva) {
    j["address"] = fmt::format("{:#x}", *gva);
    j["cached"] = cached(w, *gva);
  }
  return j;
}

}  // namespace umbra::tools
