#include "fuzz/guest/host/differences.hpp"

#include "core/x86/entry.hpp"
#include "core/x86/page_fault.hpp"

namespace umbra::opguest {
namespace {

namespace fault = x86::page_fault;

bool reserved_expected(const mismatch& m) {
  return m.expected.faults && (m.expected.error_code & fault::reserved) != 0;
}

/// The model sees a translation whose rights deny the access.
bool denied_expected(const mismatch& m) {
  return m.expected.faults && (m.expected.error_code & (fault::present | fault::reserved)) == fault::present;
}

/// An implicit access that SMAP denies went through, and EFLAGS.AC was 1.
bool implicit_with_ac(const mismatch& m) {
  return m.tried.what == kind::implicit && m.tried.ac && reference::smap(m.registers) && denied_expected(m) &&
         m.expected.user && !m.observed.exception;
}

/// The bit that says "4-MiB, 2-MiB or 1-GiB page" is set in the entry at which the model faults.
bool faults_at_large_entry(const mismatch& m, unsigned steps) {
  return reserved_expected(m) && m.expected.steps == steps &&
         (m.expected.used[steps - 1].entry & x86::entry::large) != 0;
}

constexpr difference of_qemu[] = {
    {"reserved bit, P left out of the error code",
     "SDM 3A 4.7: RSVD is set only if P is; QEMU 7.2 pushes RSVD without P",
     [](const mismatch& m) {
       return m.which == aspect::error_code && reserved_expected(m) &&
              m.observed.error == (m.expected.error_code & ~std::uint64_t{fault::present});
     }},
    {"A set on the way to a fault",
     "SDM 3A 4.8: A is set whenever an entry is used for translation; nothing takes it back if a later entry faults",
     [](const mismatch& m) {
       return m.which == aspect::entry_bits && m.expected.faults && m.flipped == x86::entry::accessed && m.step >= 0 &&
              m.step < static_cast<int>(m.expected.steps) - 1;
     }},
    {"A set in the entry of a 1-GiB page that faults",
     "SDM 3A 4.8: as above; QEMU sets A at that level before it sees that the entry maps a page, denied or with bits "
     "29:13 set",
     [](const mismatch& m) {
       return m.which == aspect::entry_bits && m.setting.mode == format::level4 && m.flipped == x86::entry::accessed &&
              m.step == 1 && ((denied_expected(m) && m.expected.page_shift == 30) || faults_at_large_entry(m, 2));
     }},
    {"EFLAGS.AC opens user pages to implicit accesses below CPL 3",
     "SDM 3A 4.6.1: with SMAP, implicit supervisor accesses to user-mode addresses fail regardless of AC; QEMU heeds "
     "AC",
     [](const mismatch& m) { return m.tried.cpl < 3 && implicit_with_ac(m); }},
    {"A set in a PAE directory-pointer entry",
     "SDM 3A 4.4.1, 4.8: PDPTEs are registers without A, bit 5 is reserved; QEMU walks them in memory and sets it",
     [](const mismatch& m) {
       return m.which == aspect::entry_bits && m.setting.mode == format::pae && m.flipped == x86::entry::accessed &&
              m.site >= 0 && m.setting.sites[m.site].gpa - (m.setting.cr3 & ~word{0x1f}) < 32;
     }},
    {"4-MiB page wider than MAXPHYADDR",
     "SDM 3A 4.3, table 4-4: bits 21:(M-19) are reserved, M = min(40, MAXPHYADDR); QEMU reserves bit 21 only",
     [](const mismatch& m) {
       return m.setting.mode == format::bits32 && m.machine.maxphyaddr < 40 && faults_at_large_entry(m, 1);
     }},
    {"1-GiB page on a processor without them",
     "SDM 3A 4.5, table 4-16: PS is reserved in a PDPTE unless CPUID offers 1-GiB pages; QEMU always takes it",
     [](const mismatch& m) {
       return m.setting.mode == format::level4 && !m.machine.gbpages && faults_at_large_entry(m, 2);
     }},
};

constexpr difference of_bochs[] = {
    {"EFLAGS.AC opens user pages to implicit accesses",
     "SDM 3A 4.6.1: with SMAP, implicit supervisor accesses to user-mode addresses fail regardless of AC; Bochs 2.7 "
     "heeds AC",
     [](const mismatch& m) { return implicit_with_ac(m); }},
};

}  // namespace

std::span<const difference> known_differences(engine_kind of) {
  if (of == engine_kind::bochs) return of_bochs;
  return of_qemu;
}

std::string_view name_of(aspect which) {
  switch (which) {
    case aspect::outcome:
      return "outcome";
    case aspect::error_code:
      return "error code";
    case aspect::address:
      return "CR2";
    case aspect::frame:
      return "frame reached";
    case aspect::entry_bits:
      return "A and D bits";
    case aspect::stray:
      return "walk outside of the tables";
  }
  return "?";
}

}  // namespace umbra::opguest
