#include "proofs/story.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "models/smt/failure.hpp"

namespace umbra::proofs {

namespace {

/// As the harness has them (fuzz/scene): guest frames 0 to 191 are there from the start, page n behind frame n.
constexpr std::uint64_t low_frames = 192, high_frame = 0x100000, high_frames = 32;
constexpr unsigned slot_limit = 4, alias_limit = 4;

std::string hex(std::uint64_t n) {
  char text[24];
  std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(n));
  return text;
}

std::string register_write(reference::control_register which, std::uint64_t value) {
  static constexpr const char* names[] = {"cr0", "cr3", "cr4", "efer"};
  return std::string(names[static_cast<unsigned>(which)]) + " = " + hex(value);
}

bool there_from_the_start(std::uint64_t frame) {
  return frame < low_frames || (frame >= high_frame && frame < high_frame + high_frames);
}

}  // namespace

story::story(const smt::witness& w, const char* theorem, const unit& u, const char* failing) : w_(w) {
  remark(std::string(theorem) + ", " + u.name() +
         (failing == nullptr ? std::string(": a case that holds.") : std::string(". What fails: ") + failing + "."));
}

void story::features(const x86::features& f) {
  setup_ += "maxphyaddr " + std::to_string(f.maxphyaddr) + "\ncpuid";
  std::string names;
  const auto feature = [&](flag present, const char* name) {
    if (w_(present)) names += std::string(" ") + name;
  };
  feature(f.nx, "nx");
  feature(f.long_mode, "long_mode");
  feature(f.gbpages, "gbpages");
  feature(f.smep, "smep");
  feature(f.smap, "smap");
  setup_ += (names.empty() ? " none" : names) + '\n';
}

bool story::fits_default_slots(const std::vector<std::uint64_t>& holes, bool aliased) const {
  if (aliased || std::any_of(holes.begin(), holes.end(), there_from_the_start)) return false;
  for (const frame& f : frames_) {
    const auto same_host = [&](const frame& g) { return g.host == f.host; };
    if (f.read_only || !there_from_the_start(f.number) || std::count_if(frames_.begin(), frames_.end(), same_host) > 1)
      return false;
  }
  return true;
}

/// A slot for each frame; for those beyond the last slot, an alias of a spare page that a slot has at its end.
void story::place_frames() {
  slots_ += "slot 0 delete\nslot 1 delete\n";
  std::map<std::uint64_t, unsigned> backing;
  for (const frame& f : frames_) backing.try_emplace(f.host, static_cast<unsigned>(backing.size()));
  for (std::size_t n = 0; n < frames_.size(); ++n) {
    const frame& f = frames_[n];
    if (n == slot_limit) throw smt::failure(smt::failure_kind::limit, "The case needs more slots than a program has.");
    slots_ += "slot " + std::to_string(n) + " at " + hex(f.number) + " pages 1 backing " +
              std::to_string(backing[f.host]) + (f.read_only ? " read-only\n" : "\n");
  }
}

/// What each cell held first, before the op at hand; and where the guest changed it between two of the core's reads,
/// when.
void story::cells(const std::vector<smt::guest_memory::cell>& all, unsigned bytes, std::string& before,
                  std::string& during) {
  std::map<std::uint64_t, std::uint64_t> now;
  for (std::size_t read = 0; read < all.size(); ++read) {
    const std::uint64_t hpa = w_(all[read].hpa), value = w_(all[read].value);
    const auto at =
        std::find_if(frames_.begin(), frames_.end(), [&](const frame& f) { return f.host == hpa >> page_shift; });
    if (at == frames_.end()) continue;
    const std::uint64_t gpa = at->number << page_shift | (hpa & page_offset_mask);
    const auto [known, fresh] = now.try_emplace(hpa, value);
    if (fresh) {
      before += stored("poke", gpa, bytes, value);
    } else if (known->second != value) {
      during += stored(("race " + std::to_string(read) + " vmm").c_str(), gpa, bytes, value);
    }
    known->second = value;
  }
}

void story::memory(const platform::host& host) {
  std::vector<std::uint64_t> holes;
  std::string aliases;
  unsigned alias_count = 0;
  std::map<std::uint64_t, std::uint64_t> shown;
  for (const smt::address_space::answer& a : host.space.answers()) {
    const std::uint64_t canonical = w_(a.canonical), number = w_(a.frame);
    if (number != canonical && shown.try_emplace(number, canonical).second)
      aliases +=
          "alias " + std::to_string(alias_count++) + " at " + hex(number) + " pages 1 target " + hex(canonical) + '\n';
    if (!w_(a.backed)) {
      holes.push_back(canonical);
    } else if (std::none_of(frames_.begin(), frames_.end(), [&](const frame& f) { return f.number == canonical; })) {
      frames_.push_back({canonical, w_(a.host_frame), w_(a.read_only)});
    }
  }
  if (alias_count > alias_limit)
    throw smt::failure(smt::failure_kind::limit, "The case needs more aliases than a program has.");
  if (!fits_default_slots(holes, alias_count != 0)) place_frames();
  slots_ += aliases;
  std::string unused;
  cells(host.memory.forgotten(), host.memory.unit(), early_, unused);
  cells(host.memory.initial(), host.memory.unit(), late_, ops_);
}

std::string story::stored(const char* op, std::uint64_t gpa, unsigned bytes, std::uint64_t value) {
  return std::string(op) + ' ' + hex(gpa) + ' ' + std::to_string(bytes) + " = " + hex(value) + '\n';
}

std::string story::written(const register_values& v, std::uint64_t cr3) const {
  const std::uint64_t cr0 = w_(v.cr0), cr4 = w_(v.cr4), efer = w_(v.efer);
  const bool level4 = (cr0 & x86::cr0::pg) != 0 && (cr4 & x86::cr4::pae) != 0 && (efer & x86::efer::lme) != 0;
  std::string text;
  reference::lead_to({cr0, cr3, cr4, efer}, level4, [&](reference::control_register which, word value) {
    text += register_write(which, w_(value)) + '\n';
  });
  return text;
}

void story::write(reference::control_register which, word value) { line(register_write(which, w_(value))); }

void story::registers(const register_values& v) { registers_ += written(v, w_(v.cr3)); }

void story::registers(const register_values& v, std::uint64_t cr3) { ops_ += written(v, cr3); }

void story::access(word gva, const reference::access& by) {
  const std::string at = hex(w_(gva));
  const std::string who = w_(by.user) ? " cpl 3" : w_(by.ac) ? " cpl 0 ac" : " cpl 0";
  if (w_(by.fetch)) {
    line("fetch " + at + who);
  } else if (w_(by.write)) {
    line("write " + at + " 1 = 0x5a" + who);
  } else {
    line("read " + at + " 1" + who);
  }
}

void story::enter(vmx::segmentation mode, const vcpu::segments& s) {
  constexpr const char* names[] = {"es", "cs", "ss", "ds", "fs", "gs"};
  start_ = mode == vmx::segmentation::ia32e ? "level4" : "paging_off";
  if (mode == vmx::segmentation::real) line("set cr0 = 0x30");
  if (mode == vmx::segmentation::virtual8086) line("set rflags = 0x20002");
  for (unsigned n = 0; n < std::size(names); ++n) {
    const vcpu::segment& r = s.registers[n];
    const auto part = [&](const char* which, word value) {
      line(std::string("set ") + names[n] + '-' + which + " = " + hex(w_(value)));
    };
    part("selector", r.selector), part("base", r.base), part("limit", r.limit), part("rights", r.rights);
  }
  line("field rip = 0x1000");  // any op that hardware has to enter for
}

unsigned story::slot(unsigned id, const memory::range& r, unsigned backing) {
  const std::uint64_t pages = w_(r.pages);
  if (pages == 0) return backing;
  line("slot " + std::to_string(id) + " at " + hex(w_(r.base.value)) + " pages " + std::to_string(pages) + " backing " +
       std::to_string(backing));
  return backing + static_cast<unsigned>(pages);
}

void story::alias(unsigned id, const memory::alias& a) {
  const std::uint64_t pages = w_(a.pages);
  if (pages == 0) return;
  line("alias " + std::to_string(id) + " at " + hex(w_(a.base.value)) + " pages " + std::to_string(pages) + " target " +
       hex(w_(a.target.value)));
}

std::string story::text() const {
  return "umbra-ops 1\n" + remarks_ + "start " + start_ + "\nscene 0\npages 64\n" + setup_ + slots_ + early_ +
         registers_ + late_ + ops_;
}

}  // namespace umbra::proofs
