// Control-register and EFER bits (SDM volume 3, sections 2.5 and 2.2.1).
#pragma once

#include <cstdint>

namespace umbra::x86 {

namespace cr0 {
constexpr std::uint64_t pe = 1u << 0, mp = 1u << 1, em = 1u << 2, ts = 1u << 3, et = 1u << 4, ne = 1u << 5,
                        wp = 1u << 16, am = 1u << 18, nw = 1u << 29, cd = 1u << 30, pg = 1u << 31;
constexpr std::uint64_t defined = pe | mp | em | ts | et | ne | wp | am | nw | cd | pg;
}  // namespace cr0

namespace cr3 {
constexpr std::uint64_t pwt = 1u << 3, pcd = 1u << 4;
}  // namespace cr3

namespace cr4 {
constexpr std::uint64_t vme = 1u << 0, pvi = 1u << 1, tsd = 1u << 2, de = 1u << 3, pse = 1u << 4, pae = 1u << 5,
                        mce = 1u << 6, pge = 1u << 7, pce = 1u << 8, osfxsr = 1u << 9, osxmmexcpt = 1u << 10,
                        umip = 1u << 11, la57 = 1u << 12, vmxe = 1u << 13, smxe = 1u << 14, fsgsbase = 1u << 16,
                        pcide = 1u << 17, osxsave = 1u << 18, smep = 1u << 20, smap = 1u << 21, pke = 1u << 22,
                        cet = 1u << 23;
}  // namespace cr4

namespace cr8 {
constexpr std::uint64_t priority = 0xf;  ///< the rest is reserved (SDM 2.5)
}  // namespace cr8

namespace efer {
constexpr std::uint64_t sce = 1u << 0, lme = 1u << 8, lma = 1u << 10, nxe = 1u << 11;
}  // namespace efer

}  // namespace umbra::x86
