// Leaves and bits of CPUID (SDM volume 2A, table 3-8).
#pragma once

#include <cstdint>

namespace umbra::x86::cpuid {

constexpr std::uint32_t basic_information = 0, version = 1, structured_features = 7, extended_information = 0x8000'0000,
                        extended_features = 0x8000'0001, address_sizes = 0x8000'0008;

/// Leaves come in groups by their upper four bits; those of group 4 are software's.
constexpr unsigned group_at = 28;
constexpr std::uint64_t software_group = 4, extended_group = 8;

namespace version_ecx {
constexpr std::uint32_t osxsave = 1u << 27;
}
namespace version_edx {
constexpr std::uint32_t fpu = 1u << 0, de = 1u << 2, pse = 1u << 3, tsc = 1u << 4, msr = 1u << 5, pae = 1u << 6,
                        cx8 = 1u << 8, apic = 1u << 9, sep = 1u << 11, mtrr = 1u << 12, pge = 1u << 13, mca = 1u << 14,
                        cmov = 1u << 15, pat = 1u << 16, pse36 = 1u << 17, fxsr = 1u << 24, sse = 1u << 25,
                        sse2 = 1u << 26;
}
namespace structured_ebx {
constexpr std::uint32_t smep = 1u << 7, smap = 1u << 20;
}
namespace structured_ecx {
constexpr std::uint32_t ospke = 1u << 4;
}
namespace extended_edx {
constexpr std::uint32_t syscall = 1u << 11, nx = 1u << 20, gbpages = 1u << 26, long_mode = 1u << 29;
}
namespace address_eax {
constexpr unsigned physical_bits = 8;  ///< of EAX, how many say how wide physical addresses are
}

}  // namespace umbra::x86::cpuid
