// The words of the text form, for the printer and the parser alike.
#pragma once

#include <array>
#include <string_view>

#include "fuzz/op.hpp"

namespace umbra::fuzz::words {

inline constexpr std::string_view format = "umbra-ops", version = "1";

inline constexpr std::string_view undecodable = "undecodable";

/// By kind.
inline constexpr std::array<std::string_view, kind_count> kinds{
    "read", "write", "fetch",    "cr0",     "cr3",  "cr4",  "efer", "invlpg", "slot",      "alias",
    "log",  "read-log", "reclaim", "zap-all", "vcpu", "race", "poke", "patch",  "speculate", "exhaust",
    "exit", "field",    "set",      "general", "do",   "complete", "interrupt", "nmi"};
/// By start.
inline constexpr std::array<std::string_view, 5> starts{"real", "paging_off", "bits32", "pae", "level4"};
/// By racer.
inline constexpr std::array<std::string_view, 3> racers{"vcpu", "vmm", "device"};

struct feature {
  std::string_view name;
  flag x86::features::*present;
};
inline constexpr std::array<feature, 5> features{{{"nx", &x86::features::nx},
                                                  {"long_mode", &x86::features::long_mode},
                                                  {"gbpages", &x86::features::gbpages},
                                                  {"smep", &x86::features::smep},
                                                  {"smap", &x86::features::smap}}};
struct mode_flag {
  std::string_view name;
  bool setup::*on;
};
inline constexpr std::array<mode_flag, 6> mode_flags{{{"wp", &setup::wp},
                                                      {"nxe", &setup::nxe},
                                                      {"smep", &setup::smep},
                                                      {"smap", &setup::smap},
                                                      {"pse", &setup::pse},
                                                      {"pge", &setup::pge}}};

}  // namespace umbra::fuzz::words
