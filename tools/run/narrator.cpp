#include "tools/run/narrator.hpp"

#include <cstring>
#include <iterator>

#include "fuzz/ops/text.hpp"
#include "models/reference/paging_mode.hpp"
#include "tools/run/drawing.hpp"
#include "tools/run/exits.hpp"
#include "tools/run/tables.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

using fuzz::kind;

/// A linear address as the vCPU's mode has it.
std::uint64_t linear(const fuzz::world& w, unsigned vcpu, std::uint64_t gva) {
  if (!reference::uses_4level(w.registers(vcpu))) return gva & 0xffff'ffff;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(gva << 16) >> 16);
}

const char* name_of(machine::author a) {
  switch (a) {
    case machine::author::core:
      return "core";
    case machine::author::guest:
      return "guest";
    case machine::author::host:
      return "VMM or device";
  }
  return "?";
}

}  // namespace

void narrator::begins(std::size_t number, const fuzz::op& o) {
  before_ = world_.hardware().count();
  core_before_ = world_.shadow().counters();
  stores_ = world_.hardware().memory().journal().size();
  for (unsigned v = 0; v < fuzz::world::vcpus; ++v) controls_[v] = world_.hardware().cpu(v).vmcs();
  accessed_ = false;
  paper_.blank();
  if (number == fuzz::finding::before_first) {
    paper_.line(ink::bold, "start, vCPU {}: {}", world_.current(), to_text(o));
  } else {
    paper_.line(ink::bold, "{}: {}", number, to_text(o));
  }
  if (o.kind == kind::invlpg) stake_ = {world_.current(), linear(world_, world_.current(), o.address)};
  if (o.kind == kind::speculate) stake_ = {o.index, linear(world_, o.index, o.address)};
}

void narrator::enters(unsigned vcpu, mmu::verdict v) { paper_.line("  vCPU {} enters: {}", vcpu, verdict_in_words(v)); }

void narrator::exits(const fuzz::exit_event& e) {
  paper_.line("  vCPU {} exits: {}: {}", e.vcpu, exit_in_words(e.why), answer_in_words(e));
  if (e.unprotected) paper_.line("  the table at {:#x} is given up, for hardware to try again", e.why.qualification);
}

void narrator::emulates(std::uint64_t gva, mmu::verdict v) {
  paper_.line("  emulated write at {:#x}: {}", gva, v == mmu::verdict::resume ? "done" : verdict_in_words(v));
}

void narrator::expects(std::uint64_t gva, const reference::translation& t) {
  stake_ = {world_.current(), gva};
  if (t.rootless) {
    paper_.line("  model: {:#x} has no root table: shutdown", gva);
  } else if (t.faults) {
    paper_.line("  model: {:#x} faults, code {}", gva, error_code_in_words(t.error_code));
  } else {
    paper_.line("  model: {:#x} is guest-physical {:#x}{}", gva, t.address,
                world_.map().find(t.address >> 12).backed ? "" : ", where no memory is");
  }
}

void narrator::accessed(const fuzz::op& o, const fuzz::outcome& out) {
  accessed_ = true;
  switch (out.ending) {
    case fuzz::ending::none:
      return;
    case fuzz::ending::done:
      if (o.kind == kind::write) {
        paper_.line("  written {} at host {:#x}{}", out.emulated ? "by emulation" : "by the guest", out.host[0],
                    out.host[1] != 0 ? fmt::format(" and {:#x}", out.host[1]) : "");
      } else {
        paper_.line("  {} {:#x} at host {:#x}{}", o.kind == kind::fetch ? "fetched" : "read", out.value, out.host[0],
                    out.host[1] != 0 ? fmt::format(" and {:#x}", out.host[1]) : "");
      }
      return;
    case fuzz::ending::page_fault:
      paper_.line("  #PF for the guest, CR2 {:#x}, code {}", out.address, error_code_in_words(out.error_code));
      return;
    case fuzz::ending::mmio:
      paper_.line("  leaves to the VMM: MMIO at guest-physical {:#x}", out.address);
      return;
    case fuzz::ending::shutdown:
      paper_.line("  the vCPU is shut down");
      return;
    case fuzz::ending::given_up:
      paper_.line("  leaves to the VMM: an instruction that nobody can emulate");
      return;
  }
}

void narrator::answered(bool taken, const char* note) { paper_.line("  {}: {}", taken ? "taken" : "not taken", note); }

void narrator::show_effects() {
  const machine::machine& m = world_.hardware();
  const machine::counters& now = m.count();
  for (unsigned v = 0; v < fuzz::world::vcpus; ++v) {
    const machine::controls& old = controls_[v];
    const machine::controls is = m.cpu(v).vmcs();
    const auto show = [&](const char* field, std::uint64_t from, std::uint64_t to) {
      if (from != to) paper_.line("  VMCS of vCPU {}: {} = {:#x}", v, field, to);
    };
    show("CR0", old.cr0, is.cr0);
    show("CR3", old.cr3, is.cr3);
    show("CR4", old.cr4, is.cr4);
    show("EFER", old.efer, is.efer);
    show("VPID", old.vpid, is.vpid);
  }
  if (now.vcpu_flushes != before_.vcpu_flushes)
    paper_.line("  flushes of one vCPU: {}", now.vcpu_flushes - before_.vcpu_flushes);
  if (now.all_flushes != before_.all_flushes) {
    paper_.line("  flushes of all vCPUs: {}, with {} kicked out of guest mode", now.all_flushes - before_.all_flushes,
                now.kicks - before_.kicks);
  }
  if (now.races != before_.races) paper_.line("  armed writes that landed: {}", now.races - before_.races);
  const machine::journal& stores = m.memory().journal();
  for (std::size_t n = stores_; n < stores.size(); ++n) {
    const machine::stored& s = stores[n];
    if (s.bytes == 0) continue;  // a mark: something other than memory changed
    paper_.line("  memory: {} bytes at host {:#x}: {:#x} -> {:#x} (by the {})", s.bytes, s.hpa, s.before, s.after,
                name_of(s.by));
  }
  const mmu::statistics& core = world_.shadow().counters();
  if (core.cache_miss != core_before_.cache_miss || core.shadow_zapped != core_before_.shadow_zapped) {
    paper_.line("  shadow pages: {} built, {} removed", core.cache_miss - core_before_.cache_miss,
                core.shadow_zapped - core_before_.shadow_zapped);
  }
}

void narrator::show_verdicts(const fuzz::op& o, const fuzz::finding* f) {
  bool logged = false;
  for (const auto& slot : world_.map().slots) logged = logged || (slot.pages != 0 && slot.logged);
  const bool register_write = o.kind == kind::cr0 || o.kind == kind::cr3 || o.kind == kind::cr4 || o.kind == kind::efer;
  std::string good, absent, excused, unjudged;
  static constexpr const char* ids[] = {"I1", "I2", "I3",  "I4",  "I5",  "I6",  "I7a", "I7b",
                                        "I8", "I9", "I10", "I11", "I12", "I13", "I15"};
  for (const char* id : ids) {
    const std::string_view name = id;
    if (f != nullptr && name == f->id) continue;
    const bool applies =
        !(name == "I4" && !logged) && !(name == "I13" && !accessed_) && !(name == "I15" && !register_write);
    const bool lags = (name == "I2" || name == "I7b" || name == "I9") && world_.suspended() != 0;
    std::string& list = !applies ? absent : f != nullptr ? unjudged : lags ? excused : good;
    list += " " + std::string(id);
  }
  if (f != nullptr) paper_.line(ink::bad, "  violated: {}: {}", f->id, f->text);
  if (!good.empty()) paper_.line(ink::good, "  ok:{}", good);
  if (!excused.empty()) {
    paper_.line(ink::good, "  ok:{}, but for {} entries that lag behind writes which the core could not see", excused,
                world_.suspended());
  }
  if (!unjudged.empty()) paper_.line("  not judged any more:{}", unjudged);
  if (!absent.empty()) paper_.line(ink::dim, "  not applicable:{}", absent);
}

void narrator::ends(std::size_t, const fuzz::op& o, const fuzz::finding* f) {
  show_effects();
  if (stake_) show_tables(paper_, world_, stake_->vcpu, stake_->gva);
  if (draws_ && stake_) drawing_ = drawing_of(world_, stake_->vcpu, stake_->gva);
  if (draws_ && !stake_) drawing_ = drawing_of(world_, world_.current(), std::nullopt);
  show_verdicts(o, f);
}

}  // namespace umbra::tools
