#include "tools/deep/capture.hpp"

#include <memory>

namespace umbra::tools {

namespace {

snapshot::frame used_words(const table& t) {
  snapshot::frame words;
  for (word n = t.next_used(0); n < table::entries; n = t.next_used(n + 1))
    words.emplace(static_cast<unsigned>(n), t.get(n));
  return words;
}

snapshot::vcpu capture_vcpu(const mmu::context& c, const reference::registers& r, const machine::controls& k) {
  snapshot::vcpu v;
  v.id = c.vcpu;
  v.guest = {r.cr0, r.cr3, r.cr4, r.efer, r.pdpte};
  v.hardware = {k.cr0, k.cr3, k.cr4, k.efer, {}};
  if (c.mode.format == mmu::paging::level4) return v;
  for (unsigned n = 0; n < 4; ++n) v.hardware.pdpte[n] = c.pae_roots->get(n);
  return v;
}

void capture_tables(const fuzz::world& w, const mmu::view& view, snapshot& s) {
  for (unsigned n = 0; n < view.pages(); ++n) {
    const mmu::page& p = view.page_at(n);
    if (p.state == mmu::page_state::free) continue;
    const snapshot::frame& words = s.tables[p.where.value] = used_words(*p.entries);
    if (p.state == mmu::page_state::live && p.backing != nullptr) s.shadowed.push_back(p.backing->number.value);
    if (w.suspended() == 0) continue;
    for (const auto& [index, value] : words) {
      if (w.suspended(p.ordinal, index)) s.suspended.emplace_back(p.where.value, index);
    }
  }
}

void capture_memory(fuzz::world& w, const memory::space& space, snapshot& s) {
  const machine::ram& ram = w.hardware().memory();
  for (unsigned n = 0; n < machine::guest_frames; ++n) {
    const std::uint64_t number = machine::first_guest_frame + n;
    snapshot::frame words;
    for (unsigned index = 0; index < 512; ++index) {
      const std::uint64_t value = ram.load(number << page_shift | index * 8, 8);
      if (value != 0) words.emplace(index, value);
    }
    if (!words.empty()) s.memory.emplace(number, std::move(words));
    const memory::frame* record = space.frame_at({number});
    if (record != nullptr && space.needs_dirty(*record)) s.unlogged.push_back(number);
  }
}

}  // namespace

snapshot capture(fuzz::world& w) {
  const mmu::view view(w.shadow());
  snapshot s;
  const x86::features& f = w.registers(0).cpuid;
  s.cpu = {f.maxphyaddr, f.nx, f.long_mode, f.gbpages, f.smep, f.smap};
  for (unsigned id = 0; id < fuzz::world::vcpus; ++id) {
    const mmu::context& c = w.guest(id).context();
    if (c.loaded) s.vcpus.push_back(capture_vcpu(c, w.registers(id), w.hardware().cpu(id).vmcs()));
  }
  for (unsigned n = 0; n < w.map().slot_count; ++n) {
    const reference::region& r = w.map().slots[n];
    if (r.pages != 0) s.slots.push_back({r.base, r.pages, r.backing, r.read_only});
  }
  for (unsigned n = 0; n < w.map().alias_count; ++n) {
    const reference::alias_region& a = w.map().aliases[n];
    if (a.pages != 0) s.aliases.push_back({a.base, a.pages, a.target});
  }
  capture_tables(w, view, s);
  capture_memory(w, view.memory(), s);
  return s;
}

snapshot capture_after(const fuzz::program& p, const std::string& name) {
  const auto w = std::make_unique<fuzz::world>();
  bool well = w->start(p.setup);
  for (std::size_t n = 0; well && n < p.ops.size(); ++n) well = w->step(p.ops[n]);
  snapshot s = capture(*w);
  w->finish();
  s.input = name;
  if (const fuzz::finding* f = w->last_finding()) s.finding = f->id;
  return s;
}

}  // namespace umbra::tools
