#include "fuzz/entry/host/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace umbra::entrycheck {
namespace {

std::string text(const reference::entry_answer& a) {
  if (a.error != 0) return fmt::format("VM-instruction error {}", a.error);
  if (a.exit_reason != 0) return fmt::format("exit {} with qualification {}", a.exit_reason, a.qualification);
  return "entered";
}

std::string segment_text(const state& s, unsigned n) {
  static constexpr const char* names[] = {"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR"};
  return fmt::format("  {:<4} {:04x} base {:x} limit {:x} rights {:05x}\n", names[n],
                     s.get(nth(x86::vmcs::guest_es_selector, n)), s.get(nth(x86::vmcs::guest_es_base, n)),
                     s.get(nth(x86::vmcs::guest_es_limit, n)), s.get(nth(x86::vmcs::guest_es_rights, n)));
}

}  // namespace

std::string describe(std::uint32_t number, const mismatch& m) {
  using enum x86::vmcs;
  const state& s = m.expected.tried;
  std::string out = fmt::format("state {}: {}, but the model {}\n", number, text(m.observed),
                                m.broken.empty() && m.expected.verdict.msr == 0 ? "finds nothing wrong" : "says:");
  for (const unsigned rule : m.broken) {
    const reference::entry_rule& r = reference::rule_at(rule);
    out += fmt::format("  {} must hold: {} {}\n", r.section, r.subject, r.text);
  }
  if (m.expected.verdict.msr != 0) out += fmt::format("  27.4: MSR entry {} fails\n", m.expected.verdict.msr);
  out += fmt::format("  pin {:x} processor {:x} {:x} exit {:x} entry {:x}\n", s.get(pin_controls),
                     s.get(processor_controls), s.get(secondary_controls), s.get(exit_controls), s.get(entry_controls));
  out += fmt::format("  CR0 {:x} CR3 {:x} CR4 {:x} EFER {:x} RFLAGS {:x} RIP {:x} DR7 {:x} DEBUGCTL {:x} PAT {:x}\n",
                     s.get(guest_cr0), s.get(guest_cr3), s.get(guest_cr4), s.get(guest_efer), s.get(guest_rflags),
                     s.get(guest_rip), s.get(guest_dr7), s.get(guest_debugctl), s.get(guest_pat));
  for (unsigned n = 0; n < 8; ++n) out += segment_text(s, n);
  out += fmt::format("  activity {} interruptibility {:x} pending debug {:x} event {:x} error code {:x} length {}\n",
                     s.get(guest_activity), s.get(guest_interruptibility), s.get(guest_pending_debug),
                     s.get(entry_event), s.get(entry_error_code), s.get(entry_instruction_length));
  for (unsigned i = 0; i < s.get(entry_msr_load_count) && i < layout::entry_list_limit; ++i)
    out += fmt::format("  MSR {:x} = {:x}\n", s.entry_list[2 * i], s.entry_list[2 * i + 1]);
  return out;
}

std::string summary(const tally& t) {
  std::string out;
  for (unsigned i = 0; i < ends; ++i) out += fmt::format("  {:>8}  {}\n", t.by_end[i], end_names[i]);
  unsigned seen = 0;
  std::string missing;
  for (unsigned i = 0; i < t.confirmed.size(); ++i) {
    const reference::entry_rule& r = reference::rule_at(i);
    if (t.confirmed[i] != 0)
      ++seen;
    else
      missing += fmt::format("  {} {} {}\n", r.section, r.subject, r.text);
  }
  out += fmt::format("{} of {} rules were the only one broken, and the attempt failed as they say", seen,
                     t.confirmed.size());
  return out + (missing.empty() ? ".\n" : "; never so:\n" + missing);
}

nlohmann::json as_json(const tally& t) {
  nlohmann::json by_end, rules = nlohmann::json::array();
  for (unsigned i = 0; i < ends; ++i) by_end[end_names[i]] = t.by_end[i];
  for (unsigned i = 0; i < t.confirmed.size(); ++i) {
    const reference::entry_rule& r = reference::rule_at(i);
    rules.push_back({{"section", r.section}, {"subject", r.subject}, {"rule", r.text}, {"confirmed", t.confirmed[i]}});
  }
  return {{"attempts", t.attempts}, {"ends", by_end}, {"rules", rules}};
}

}  // namespace umbra::entrycheck
