#include "ci/layers/rooms.hpp"

namespace umbra::ci {

namespace {

constexpr std::string_view reference_uses[] = {"core/word", "core/x86"};
constexpr std::string_view guest_uses[] = {"fuzz/guest", "core/x86"};
constexpr std::string_view entry_uses[] = {"fuzz/entry", "fuzz/guest", "core/x86"};
constexpr std::string_view registers_uses[] = {"fuzz/registers", "fuzz/guest", "core/x86"};
constexpr std::string_view vmm_guest_uses[] = {"core/x86", "tools/vmm/guests/storm"};
constexpr std::string_view storm_uses[] = {"core/word", "core/x86", "models/reference", "fuzz/guest",
                                           "tools/vmm/guests"};
constexpr std::string_view vmm_uses[] = {"core/x86", "tools/vmm/guests"};

// The programs of fuzz/guest, fuzz/entry, fuzz/registers and tools/vmm/guests run on bare hardware, so they bring all
// they need but the facts of the architecture. umbra-vmm knows umbra by its interface only, and shares
// with its guests what devices they find. A storm brings the reference model with it.
constexpr room all[] = {
    {"core/word", true},
    {"core/x86", true},
    {"core/platform", true},
    {"core/memory", true},
    {"core/mmu", true},
    {"core/vcpu", true},
    {"core/io", true},
    {"core/emulate", true},
    {"core/vmx", true},
    {"models/reference", true, reference_uses},
    {"models/invariants", true},
    {"core/module", true},
    {"models/machine", false},
    {"models/smt", false},
    {"fuzz", false},
    {"fuzz/guest/program", false, guest_uses},
    {"fuzz/guest/system/program", false, guest_uses},
    {"fuzz/entry/program", false, entry_uses},
    {"fuzz/registers/program", false, registers_uses},
    {"proofs", false},
    {"tools", false},
    {"tools/vmm", false, vmm_uses},
    {"tools/vmm/guests", true, vmm_guest_uses},
    {"tools/vmm/guests/storm", true, storm_uses},
    {"corpus", false},
    {"ci", false},
    {"reports", false},
};

constexpr std::string_view headers[] = {"algorithm",   "array",  "bit",         "concepts", "cstddef",
                                        "cstdint",     "limits", "new",         "optional", "span",
                                        "string_view", "tuple",  "type_traits", "utility"};

}  // namespace

std::span<const room> rooms() { return all; }

std::span<const std::string_view> freestanding_headers() { return headers; }

int room_of(std::string_view path) {
  int best = -1;
  for (int i = 0; i < static_cast<int>(std::size(all)); ++i) {
    const auto& prefix = all[i].path;
    const bool inside = path.starts_with(prefix) && path.size() > prefix.size() && path[prefix.size()] == '/';
    if (inside && (best < 0 || prefix.size() > all[best].path.size())) best = i;
  }
  return best;
}

}  // namespace umbra::ci
