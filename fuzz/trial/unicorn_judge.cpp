#include "fuzz/trial/unicorn_judge.hpp"

#include <algorithm>

#include "core/x86/exception.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/emulator/compare.hpp"
#include "fuzz/emulator/differences.hpp"
#include "fuzz/emulator/lengths.hpp"
#include "fuzz/emulator/spelling.hpp"
#include "fuzz/trial/reading.hpp"

namespace umbra::fuzz {

namespace {

using namespace emucheck;

/// Two prefixes of one group mean nothing for sure (SDM 2A 2.1.1): two segments, or both kinds of REP.
bool doubles_prefixes(const trial& t) {
  static constexpr std::uint8_t overrides[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65}, others[] = {0x66, 0x67, 0xf0};
  const auto among = [](const auto& list, std::uint8_t byte) {
    return std::count(std::begin(list), std::end(list), byte) != 0;
  };
  unsigned segments = 0;
  bool rep = false, repne = false;
  for (unsigned n = 0; n < t.length; ++n) {
    const std::uint8_t b = t.code[n];
    const bool rex = t.mode == trial_mode::long64 && (b & 0xf0) == 0x40;
    if (among(overrides, b))
      ++segments;
    else if (b == 0xf2)
      repne = true;
    else if (b == 0xf3)
      rep = true;
    else if (!rex && !among(others, b))
      break;
  }
  return segments > 1 || (rep && repne);
}

/// What Unicorn cannot be: paging that denies anything, privilege, single steps, segments with limits. Null: it can be
/// what this trial asks for.
const char* beyond_unicorns_means(const trial& t) {
  if (t.mode != trial_mode::real && t.mode != trial_mode::flat32 && t.mode != trial_mode::long64) {
    return "Unicorn is asked in real, flat 32-bit and 64-bit mode only";
  }
  if (t.mode != trial_mode::real && t.cpl != 0) return "Unicorn is asked at CPL 0 only";
  if (t.mode == trial_mode::long64 && (t.system & (trial_system::smep | trial_system::smap)) != 0) {
    return "Unicorn has neither SMEP nor SMAP";
  }
  if ((t.flags & (x86::rflags::tf | x86::rflags::rf)) != 0 || (t.system & trial_system::gd) != 0) {
    return "Unicorn has no debug exceptions";
  }
  if (std::any_of(t.changes.begin(), t.changes.end(),
                  [](const segment_change& c) { return c.what != segment_change::nothing; })) {
    return "Unicorn knows neither limits nor rights of segments";
  }
  if (std::any_of(t.pokes.begin(), t.pokes.end(),
                  [](const trial_poke& p) { return p.bytes != 0 && p.at + p.bytes > ram_bytes; })) {
    return "it needs more memory than Unicorn is given";
  }
  if (doubles_prefixes(t)) return "what two prefixes of one group do is not defined (SDM 2A 2.1.1)";
  return nullptr;
}

class unicorn_judge : public judge {
 public:
  unicorn_judge() : forms_(all_forms()) {}

  bool consider(const trial& t, const specimen& s, const ram_image& image) override {
    lengths_ = length_difference(
        code_mode_of(t.mode),
        {image.begin() + static_cast<std::ptrdiff_t>(code_window.begin + t.rip), emulate::longest_instruction + 1});
    std::copy_n(image.begin() + static_cast<std::ptrdiff_t>(code_window.begin), code_.size(), code_.begin());
    form_ = form_of(t);
    specimen_ = s;
    why_not_ = why_not(t, s);
    if (why_not_ == nullptr) {
      unicorn_engine& e = engine(s.bits);
      e.ram() = image;
      theirs_ = run_spelt(e, *form_, s);
    }
    return true;
  }

  std::string object(const outcome& ours, const ram_image& image, const char*& id) override {
    if (!lengths_.empty()) {
      id = promise::zydis;
      return lengths_;
    }
    // Where it has no memory, Unicorn does not know how things would have gone on; nor where it has read code that was
    // spelt for it.
    if (why_not_ != nullptr || theirs_.reads_code || theirs_.kind == outcome_kind::nowhere ||
        ours.kind == outcome_kind::nowhere || ours.kind == outcome_kind::other) {
      return "";
    }
    // It knows neither limits nor tables nor canonical addresses, and starts an instruction again that writes to its
    // page.
    const auto vector = static_cast<x86::exception>(ours.vector);
    const bool limited = ours.kind == outcome_kind::fault && vector == x86::exception::protection &&
                         theirs_.vector != static_cast<unsigned>(x86::exception::undefined);
    const bool misplaced =
        ours.kind == outcome_kind::fault && (vector == x86::exception::stack || vector == x86::exception::page_fault);
    const bool started_again = theirs_.kind == outcome_kind::done && theirs_.after.rip == specimen_.before.rip &&
                               ours.after.rip == specimen_.before.rip + specimen_.length;
    if (limited || misplaced || started_again || changes_code(image)) return "";
    const std::string what = difference_of(*form_, specimen_, ours, theirs_, image, engine(specimen_.bits).ram());
    if (what.empty()) return "";
    const comparison c{*form_, specimen_, ours, theirs_, what, ldt_at};
    if (explanation(c, image, engine(specimen_.bits).ram()) != nullptr) return "";
    return form_->name() + ": " + what;
  }

  const outcome* opinion(std::string& why) const override {
    if (why_not_ == nullptr && !theirs_.reads_code) return &theirs_;
    why = why_not_ != nullptr ? why_not_
                              : "the instruction reads its own bytes, and Unicorn is given some of them otherwise";
    return nullptr;
  }

 private:
  /// Null: it can be asked.
  const char* why_not(const trial& t, const specimen& s) const {
    if (form_ == nullptr) return "these bytes are no instruction that the emulator knows";
    if (const char* beyond = beyond_unicorns_means(t); beyond != nullptr) return beyond;
    if (left_out(s)) return "Unicorn is not a judge of this instruction (fuzz/emulator/differences)";
    if (too_long(t, s)) return "a repetition that long could reach its own code, of which Unicorn dies";
    return nullptr;
  }

  bool changes_code(const ram_image& image) const {
    const auto begin = static_cast<std::ptrdiff_t>(code_window.begin),
               end = static_cast<std::ptrdiff_t>(code_window.end + 16);
    return !std::equal(image.begin() + begin, image.begin() + end, code_.begin());
  }

  unicorn_engine& engine(unsigned bits) {
    std::unique_ptr<unicorn_engine>& e = engines_[bits / 32];
    if (e == nullptr) {
      e = std::make_unique<unicorn_engine>(bits, unicorn_setting{.aliases = false,
                                                                 .gdt_limit = static_cast<std::uint16_t>(gdt_limit),
                                                                 .ldt_at = ldt_at,
                                                                 .ldt_limit = static_cast<std::uint32_t>(ldt_limit)});
    }
    return *e;
  }

  const form* form_of(const trial& t) {
    const reading r = reading_of(t);
    if (r.how != emulate::decoding::complete) return nullptr;
    const bool memory = std::any_of(r.insn.operands.begin(), r.insn.operands.end(),
                                    [](const emulate::operand& o) { return o.kind == emulate::operand_kind::memory; });
    const form* found = nullptr;
    for (const form& f : forms_) {
      if (f.what != r.insn.what) continue;
      if (f.memory == memory) return &f;
      if (found == nullptr) found = &f;
    }
    return found;
  }

  /// A repeated instruction that would reach its own code makes Unicorn crash.
  static bool too_long(const trial& t, const specimen& s) {
    constexpr std::uint64_t most = 31;
    const std::uint64_t count = s.before.gpr[vcpu::general::rcx] & emulate::mask_of(reading_of(t).insn.address_bytes);
    return s.repeats && count > most;
  }

  bool left_out(const specimen& s) const {
    const auto list = forms_left_out();
    return std::any_of(list.begin(), list.end(),
                       [&](const emucheck::left_out& l) { return l.covers(*form_, s.bits, s.operand_bytes); });
  }

  std::vector<form> forms_;
  std::unique_ptr<unicorn_engine> engines_[3];
  const form* form_ = nullptr;
  specimen specimen_;
  outcome theirs_;
  std::string lengths_;
  std::array<std::uint8_t, code_window.end + 16 - code_window.begin> code_{};  ///< as it was
  const char* why_not_ = nullptr;
};

}  // namespace

std::unique_ptr<judge> make_unicorn_judge() { return std::make_unique<unicorn_judge>(); }

}  // namespace umbra::fuzz
