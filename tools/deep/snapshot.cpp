#include "tools/deep/snapshot.hpp"

#include <nlohmann/json.hpp>

namespace umbra::tools {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(snapshot::registers, cr0, cr3, cr4, efer, pdpte)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(snapshot::vcpu, id, guest, hardware)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(snapshot::slot, base, pages, backing, read_only)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(snapshot::alias, base, pages, target)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(snapshot::processor, maxphyaddr, nx, long_mode, gbpages, smep, smap)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(snapshot, input, finding, cpu, vcpus, slots, aliases, tables, memory, shadowed,
                                   unlogged, suspended)

std::string to_json(const snapshot& s) { return nlohmann::json(s).dump() + '\n'; }

snapshot snapshot_of(const std::string& json) { return nlohmann::json::parse(json).get<snapshot>(); }

}  // namespace umbra::tools
