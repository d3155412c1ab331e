#include "fuzz/emulator/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace umbra::emucheck {

namespace {

double percent(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

template <class Bytes>
std::string hex(const Bytes& bytes, std::size_t count) {
  std::string text;
  for (std::size_t n = 0; n < count; ++n) text += fmt::format("{}{:02x}", n == 0 ? "" : " ", bytes[n]);
  return text;
}

std::string registers(const cpu_state& s, unsigned bits) {
  static constexpr const char* names[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
  std::string text;
  for (unsigned n = 0; n < (bits == 64 ? 16u : 8u); ++n) {
    text += fmt::format(" {}={:x}", n < 8 ? names[n] : fmt::format("r{}", n), s.gpr[n]);
  }
  return text + fmt::format(" ip={:x} flags={:x}", s.rip, s.rflags);
}

std::string excuses(const std::map<std::string_view, std::uint64_t>& by, std::uint64_t all) {
  std::string text;
  for (const auto& [name, count] : by) text += fmt::format("  {:>9}  {:.4f} %  {}\n", count, percent(count, all), name);
  return text;
}

std::string lengths(const char* what, const length_tally& t) {
  return fmt::format(
             "{} {}: {} alike, {} of units that are not emulated, {:.3f} % with a known difference, {} unexplained\n",
             t.compared, what, t.alike, t.unsupported, percent(t.excused, t.compared), t.wrong) +
         excuses(t.excused_by, t.compared);
}

nlohmann::json json_of(const length_tally& t) {
  return {{"compared", t.compared},
          {"alike", t.alike},
          {"unsupported", t.unsupported},
          {"known_differences", t.excused},
          {"unexplained", t.wrong}};
}

}  // namespace

std::vector<const case_tally*> results::short_of() const {
  std::vector<const case_tally*> list;
  for (const case_tally& c : executions.cases) {
    if (c.left_out.empty() && c.sum.succeeded < successes) list.push_back(&c);
  }
  return list;
}

bool results::good() const {
  const form_tally t = executions.total();
  return !executions.cases.empty() && short_of().empty() && t.wrong == 0 && complaints.empty() &&
         percent(t.excused, t.tried) < tolerated_percent && forms.wrong == 0 && bytes.wrong == 0 &&
         percent(forms.excused, forms.compared) < tolerated_percent &&
         percent(bytes.excused, bytes.compared) < tolerated_percent;
}

std::string describe(const comparison& c, const std::string& what) {
  return fmt::format("{} of {} bytes, {}-bit: {}: {}\n  before{}\n  ours  {}\n  theirs{}\n", c.f.name(),
                     c.s.operand_bytes, c.s.bits, hex(c.s.code, c.s.length), what, registers(c.s.before, c.s.bits),
                     registers(c.ours.after, c.s.bits), registers(c.theirs.after, c.s.bits));
}

std::string describe(const verdicts& v) {
  static constexpr const char* ours[] = {"complete", "more", "too long", "undefined", "unsupported"};
  return fmt::format("{} in {}-bit {} mode: {} of {} bytes here, {} of {} in Zydis\n",
                     hex(v.bytes, emulate::longest_instruction), v.mode.bits, v.mode.protect ? "protected" : "real",
                     ours[static_cast<unsigned>(v.ours)], v.our_length, v.mnemonic, v.their_length);
}

std::string summary(const results& r) {
  const form_tally t = r.executions.total();
  std::string text;
  std::map<std::string, unsigned> out;
  unsigned compared = 0;
  std::uint64_t least = ~std::uint64_t{0};
  for (const case_tally& c : r.executions.cases) {
    if (!c.left_out.empty()) {
      ++out[c.left_out];
      continue;
    }
    ++compared;
    least = std::min(least, c.sum.succeeded);
  }
  text += fmt::format(
      "{} cases (forms by operand size and mode) executed by Unicorn too, {} successes in each at least; {} cases left "
      "out\n",
      compared, compared == 0 ? 0 : least, r.executions.cases.size() - compared);
  for (const auto& [name, count] : out) text += fmt::format("  {:>9}  {}\n", count, name);
  text += fmt::format(
      "{} executions: {} completed alike, {} faulted alike, {:.3f} % with a known difference, {} unexplained\n",
      t.tried, t.succeeded, t.faulted, percent(t.excused, t.tried), t.wrong);
  text += excuses(r.executions.excused_by, t.tried);
  text += lengths("lengths of specimens", r.forms);
  text += lengths("lengths of random bytes", r.bytes);
  for (const case_tally* c : r.short_of()) {
    text +=
        fmt::format("{}: only {} of {} successes in {} tries\n", c->name, c->sum.succeeded, r.successes, c->sum.tried);
  }
  for (const std::string& c : r.complaints) text += c + "\n";
  text += fmt::format("{} after {:.0f} s\n", r.good() ? "all is well" : "NOT WELL", r.seconds);
  return text;
}

std::string table(const tally& t) {
  std::string text = fmt::format("{:<44} {:>10} {:>10} {:>9} {:>9} {:>7}\n", "case", "tries", "successes", "faults",
                                 "excused", "wrong");
  for (const case_tally& c : t.cases) {
    if (c.left_out.empty()) {
      text += fmt::format("{:<44} {:>10} {:>10} {:>9} {:>9} {:>7}\n", c.name, c.sum.tried, c.sum.succeeded,
                          c.sum.faulted, c.sum.excused, c.sum.wrong);
    } else {
      text += fmt::format("{:<44} left out: {}\n", c.name, c.left_out);
    }
  }
  return text;
}

nlohmann::json as_json(const results& r) {
  nlohmann::json cases = nlohmann::json::array();
  for (const case_tally& c : r.executions.cases) {
    cases.push_back({{"case", c.name},
                     {"tries", c.sum.tried},
                     {"successes", c.sum.succeeded},
                     {"faults", c.sum.faulted},
                     {"known_differences", c.sum.excused},
                     {"unexplained", c.sum.wrong},
                     {"left_out", c.left_out}});
  }
  const form_tally t = r.executions.total();
  return {{"good", r.good()},
          {"seconds", r.seconds},
          {"executions", t.tried},
          {"successes", t.succeeded},
          {"faults", t.faulted},
          {"known_differences", t.excused},
          {"unexplained", t.wrong},
          {"lengths_of_specimens", json_of(r.forms)},
          {"lengths_of_random_bytes", json_of(r.bytes)},
          {"complaints", r.complaints},
          {"cases", cases}};
}

}  // namespace umbra::emucheck
