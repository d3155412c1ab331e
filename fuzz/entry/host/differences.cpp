#include "fuzz/entry/host/differences.hpp"

#include <optional>

#include "core/x86/flags.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::entrycheck {
namespace {

using namespace std::string_view_literals;
using enum x86::vmcs;
using reference::entry_failure;
using reference::entry_rule;

bool about(const entry_rule& r, std::string_view subject, std::string_view words) {
  return r.subject == subject && std::string_view{r.text}.find(words) != std::string_view::npos;
}

bool unrestricted(const judged& j) {
  return (j.tried.get(processor_controls) & x86::processor_control::secondary) != 0 &&
         (j.tried.get(secondary_controls) & x86::secondary_control::unrestricted_guest) != 0;
}

std::uint64_t rights(const judged& j, unsigned n) { return j.tried.get(nth(guest_es_rights, n)); }
std::uint64_t dpl(std::uint64_t rights) { return rights >> 5 & 3; }
bool is_nonconforming(std::uint64_t rights) { return (rights & 0xd) == 9; }

/// The register that a rule is about, if it is one for data.
std::optional<unsigned> data_segment(const entry_rule& r) {
  if (r.subject == "ES"sv) return es;
  if (r.subject == "DS"sv) return ds;
  if (r.subject == "FS"sv) return fs;
  if (r.subject == "GS"sv) return gs;
  return std::nullopt;
}

constexpr difference of_bochs[] = {
    {"BS and TF need not agree in a shadow or in HLT",
     "SDM 3C 27.3.1.5: BS must be 1 if TF is 1 and BTF is 0, and 0 otherwise", effect::overlooked,
     [](const judged&, const entry_rule& r) { return about(r, "pending debug exceptions", "has BS exactly"); }},
    {"bits 63:32 of the pending debug exceptions are not checked", "SDM 3C 27.3.1.5: bits 63:17 must be 0",
     effect::overlooked,
     [](const judged& j, const entry_rule& r) {
       return about(r, "pending debug exceptions", "has bits 11:4") &&
              (j.tried.get(guest_pending_debug) & 0xffff'ffff & ~0x1'500full) == 0;
     }},
    {"any event may be injected in HLT", "SDM 3C 27.3.1.5: interrupts, NMIs, #DB, #MC, MTF", effect::overlooked,
     [](const judged&, const entry_rule& r) { return about(r, "activity state", "HLT takes"); }},
    {"in shutdown, any event with the vector of #MC may be injected",
     "SDM 3C 27.3.1.5: NMIs and machine-check exceptions", effect::overlooked,
     [](const judged& j, const entry_rule& r) {
       return about(r, "activity state", "shutdown takes") && (j.tried.get(entry_event) & 0xff) == 18;
     }},
    {"a data segment of execute-read code, type 11, may have a DPL below its RPL",
     "SDM 3C 27.3.1.2: the check is for types 0 to 11", effect::overlooked,
     [](const judged& j, const entry_rule& r) {
       const auto n = data_segment(r);
       return n && about(r, r.subject, "has the DPL") && (rights(j, *n) & 0xf) == 11;
     }},
    {"the DPL of nonconforming code is compared with the RPL, not with the DPL of SS",
     "SDM 3C 27.3.1.2: it must equal the DPL of SS; without unrestricted guest that is the same", effect::overlooked,
     [](const judged& j, const entry_rule& r) {
       return unrestricted(j) && about(r, "CS", "has the DPL") && is_nonconforming(rights(j, cs)) &&
              dpl(rights(j, cs)) == (j.tried.get(guest_cs_selector) & 3);
     }},
    {"the same, where the DPL of SS is right", "SDM 3C 27.3.1.2: the RPL of CS is free in an unrestricted guest",
     effect::added,
     [](const judged& j, const entry_rule&) {
       return unrestricted(j) && is_nonconforming(rights(j, cs)) &&
              dpl(rights(j, cs)) != (j.tried.get(guest_cs_selector) & 3) &&
              (j.tried.get(guest_rflags) & x86::rflags::vm) == 0;
     }},
    {"RIP may be anything in 64-bit mode", "SDM 3C 27.3.1.4: bits 63:48 must be identical", effect::overlooked,
     [](const judged&, const entry_rule& r) { return about(r, "RIP", "has equal bits"); }},
    {"IA32_DEBUGCTL may be anything", "SDM 3C 27.3.1.1: reserved bits must be 0", effect::overlooked,
     [](const judged&, const entry_rule& r) { return about(r, "IA32_DEBUGCTL", "has no reserved"); }},
    {"IA32_PERF_GLOBAL_CTRL may be anything", "SDM 3C 27.2.2, 27.3.1.1: reserved bits must be 0", effect::overlooked,
     [](const judged&, const entry_rule& r) {
       return about(r, "IA32_PERF_GLOBAL_CTRL", "has no reserved") ||
              about(r, "host IA32_PERF_GLOBAL_CTRL", "has no reserved");
     }},
    {"an entry to SMM from outside is refused as guest state", "SDM 3C 27.2.1.3: it is a control that must be 0",
     effect::otherwise,
     [](const judged& j, const entry_rule& r) {
       return about(r, "entry to SMM", "are 0 outside SMM") &&
              (j.tried.get(entry_controls) & x86::entry_control::entry_to_smm) != 0;
     },
     entry_failure::guest},
    {"an NMI may be injected although virtual NMIs are blocked",
     "SDM 3C 27.3.1.5: blocking by NMI must be 0 if virtual NMIs is 1 and an NMI is injected", effect::overlooked,
     [](const judged&, const entry_rule& r) { return about(r, "interruptibility", "is not by NMI if an NMI"); }},
    {"an NMI in the shadow of STI is refused with qualification 0", "SDM 3C 27.8: the qualification is 3",
     effect::otherwise,
     [](const judged&, const entry_rule& r) { return about(r, "interruptibility", "is not by STI if an NMI"); },
     entry_failure::guest},
};

}  // namespace

std::span<const difference> known_differences() { return of_bochs; }

reference::entry_verdict as_emulated(const judged& j, const std::vector<unsigned>& broken,
                                     std::vector<unsigned>& used) {
  reference::entry_verdict verdict;
  const auto fail = [&verdict](entry_failure f, unsigned number) {
    word& first = verdict.broken[static_cast<unsigned>(f)];
    if (first == 0) first = number + 1;
  };
  for (const unsigned number : broken) {
    const entry_rule& r = reference::rule_at(number);
    bool stands = true;
    for (unsigned i = 0; i < std::size(of_bochs); ++i) {
      const difference& d = of_bochs[i];
      if (d.what == effect::added || !d.shows(j, r)) continue;
      used.push_back(i);
      if (d.what == effect::otherwise) fail(d.failure, number);
      stands = false;
    }
    if (stands) fail(r.failure, number);
  }
  for (unsigned i = 0; i < std::size(of_bochs); ++i)
    if (of_bochs[i].what == effect::added && of_bochs[i].shows(j, reference::rule_at(0))) {
      used.push_back(i);
      fail(of_bochs[i].failure, 0);
    }
  if (verdict.may_enter()) verdict.msr = j.failing_msr();
  return verdict;
}

}  // namespace umbra::entrycheck
