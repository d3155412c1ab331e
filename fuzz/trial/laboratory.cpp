#include "fuzz/trial/laboratory.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/trial/equipment.hpp"
#include "fuzz/trial/reading.hpp"

namespace umbra::fuzz {

using emulate::verdict;

laboratory::laboratory() : kit_(std::make_unique<equipment>()) {}
laboratory::~laboratory() = default;

void laboratory::appoint(std::unique_ptr<judge> j) { judge_ = std::move(j); }

bool laboratory::fail(const char* id, const char* format, ...) {
  finding_.id = id;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(finding_.text, sizeof finding_.text, format, arguments);
  va_end(arguments);
  return false;
}

/// Whether neither the machine nor an assertion has anything to say.
bool laboratory::quiet() {
  const machine::incident_log& log = kit_->host.incidents();
  if (log.count() == 0) return true;
  const machine::incident& first = log.at(0);
  return fail(first.kind == machine::incident_kind::assertion ? "assertion" : "incident", "%s", first.text);
}

void laboratory::prepare(const trial& t) {
  machine::ram& ram = kit_->host.memory();
  ram.undo(0);
  ram.journal().clear();
  ram.journal().sign(machine::author::host);
  const std::uint64_t base = machine::ram::address_of_frame(0);
  if (t.mode == trial_mode::long64) ram.store(base + emucheck::gdt_at + 8, 0x00af'9b00'0000'ffff, 8);
  for (const trial_poke& p : t.pokes) {
    for (unsigned n = 0; n < p.bytes; ++n) ram.store(base + (p.at + n) % memory_end, p.value >> (8 * n), 1);
  }
  // What lies behind the instruction is no part of it, and means something only to engines that look ahead.
  const reading& r = kit_->read;
  const unsigned length = r.how == emulate::decoding::complete ? r.insn.length : t.length;
  const std::uint64_t at = base + emucheck::code_window.begin + t.rip;
  for (unsigned n = 0; n < length; ++n) ram.store(at + n, n < t.length ? t.code[n] : emucheck::filling, 1);
  ram.journal().sign(machine::author::core);
  mark_ = ram.journal().size();
  code_at_ = emucheck::code_window.begin + t.rip;
  mode_ = t.mode;
}

/// Long repetitions cost much and show little: most get at most 31 items, some more than the emulator does in one call.
void laboratory::bound_count(const trial& t) {
  const reading& r = kit_->read;
  if (!r.repeats) return;
  const std::uint64_t all = emulate::mask_of(r.insn.address_bytes), kept = t.value % 8 == 0 ? 0x1ff : 0x1f;
  const std::uint64_t rcx = before_.general.get(vcpu::general::rcx);
  before_.general.set(vcpu::general::rcx, (rcx & ~all) | (rcx & kept));
}

/// Puts a VM where the trial begins, memory included. False: it cannot be there.
bool laboratory::begin(guest& g, const trial& t, const vcpu::register_set& r) {
  kit_->host.memory().undo(mark_);
  g.cpu.state() = r;
  return g.enter_mode(t);
}

void laboratory::perform(guest& g, emulate::emulator& e, performance& p) {
  kit_->stage.perform(g, e, p);
  kit_->stage.collect(mark_, p.changes);
}

bool laboratory::run(const trial& t) {
  finding_ = {};
  ++tally_.programs;
  ++tally_.ops;
  kit_->host.incidents().clear();
  judged_ = false;
  kit_->read = reading_of(t);
  prepare(t);
  guest& g = kit_->whole;
  before_ = registers_of(t);
  bound_count(t);
  if (t.through == ordeal::steps) before_.general.rflags &= ~std::uint64_t{x86::rflags::tf};
  if (!begin(g, t, before_)) return quiet();
  judged_ = judge_ != nullptr && t.judge < trial::judges_below && ask_judge(t);
  const bool shadowed = t.through == ordeal::shadows && paged(t.mode);
  if (shadowed && !shadow_tables(t)) {
    g.mmu.zap_all();
    return quiet();
  }
  perform(g, g.emulator, first_);
  if (first_.completed()) ++tally_.effective;
  if (first_.last.next == verdict::fault) ++tally_.faulting;
  if (!quiet() || !check_first(t)) return false;
  if (judged_ && !hear_judge()) return false;
  switch (t.through) {
    case ordeal::none:
      return true;
    case ordeal::device:
      return through_device(t);
    case ordeal::steps:
      return through_steps(t);
    case ordeal::repair:
      return through_repair(t);
    case ordeal::race:
      return through_race(t);
    case ordeal::shadows:
      return !shadowed || through_shadows(t);
  }
  return true;
}

/// What has not come to an end may have come to different points. What overwrites its own code, or tables that the
/// processor reads by itself, finds out at any of them.
bool laboratory::comparable(const performance& p) const {
  const auto read_by_itself = [&](const changed_byte& c) {
    if (c.at - code_at_ < 16 || code_at_ - c.at < 16) return true;
    if (c.at >= tables_at) return !only_sets_accessed(mode_, c);
    const bool mark = c.at % 8 == 5 && ((c.before ^ c.after) & ~3) == 0;
    return c.at >= emucheck::gdt_at && c.at < tss_at + 0x100 && !mark;
  };
  return !p.stuck && std::none_of(p.changes.begin(), p.changes.end(), read_by_itself);
}

bool laboratory::same(const char* id, const performance& p, const performance& wanted) {
  if (!quiet()) return false;
  if (!comparable(p) || !comparable(wanted)) return true;
  if (p.last.next != wanted.last.next || p.last.event.vector != wanted.last.event.vector ||
      p.last.event.code != wanted.last.event.code || p.last.event.address != wanted.last.event.address) {
    return fail(id, "verdict %u, vector %u, code %#llx; at once %u, %u, %#llx", static_cast<unsigned>(p.last.next),
                static_cast<unsigned>(p.last.event.vector), static_cast<unsigned long long>(p.last.event.code),
                static_cast<unsigned>(wanted.last.next), static_cast<unsigned>(wanted.last.event.vector),
                static_cast<unsigned long long>(wanted.last.event.code));
  }
  const short_text registers = difference(p.after, wanted.after);
  if (!registers.empty()) return fail(id, "%s", registers.c_str());
  if (p.cr0 != wanted.cr0 || p.cr3 != wanted.cr3 || p.cr4 != wanted.cr4 || p.efer != wanted.efer) {
    return fail(id, "control registers differ");
  }
  if (p.changes != wanted.changes) {
    const auto [a, b] = std::mismatch(p.changes.begin(), p.changes.end(), wanted.changes.begin(), wanted.changes.end());
    if (a == p.changes.end()) return fail(id, "byte %#x should have become %#x", b->at, b->after);
    return fail(id, "byte %#x became %#x, which it should not", a->at, a->after);
  }
  return true;
}

}  // namespace umbra::fuzz
