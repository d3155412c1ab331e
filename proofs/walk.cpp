// T1: the core's walk of the guest's tables is the model's.
#include "core/mmu/walk.hpp"

#include "core/mmu/guest_format.hpp"
#include "models/reference/walk.hpp"
#include "proofs/guest.hpp"
#include "proofs/register_writes.hpp"
#include "proofs/story.hpp"
#include "proofs/tape.hpp"

namespace umbra::proofs {

namespace {

using reference::registers;
using reference::translation;
using event = smt::guest_memory::event;

/// A and D bits: the core set exactly those that the model sets, by exchanges of exactly the entries that were read.
void same_updates(smt::path& p, platform::host& host, const mmu::walk& w, const translation& t, unsigned levels) {
  const memory_as_it_is memory{host};
  std::vector<event> exchanges;
  for (const event& e : host.memory.events()) {
    if (e.what == event::kind::write) p.refute("a walk writes by exchanges only");
    if (e.what == event::kind::exchange) exchanges.push_back(e);
  }
  std::size_t next = 0;
  for (unsigned n = 0; n < t.steps; ++n) {
    const mmu::step& s = w.steps[levels - n];
    const reference::used_entry& u = t.used[n];
    const flag due = both(u.set != word{0}, negate(memory.read_only(u.gpa)));
    if (negate(due)) {
      if (s.set) p.refute("the core sets no A or D bit that the model does not set");
      continue;
    }
    if (next == exchanges.size()) p.refute("the core sets each A and D bit that the model sets");
    const event& e = exchanges[next++];
    p.prove(e.hpa == memory.host_address(u.gpa), "the entry that is updated is the one that was read");
    p.prove(both(e.before == u.entry, e.value == (u.entry | u.set)),
            "an update adds the model's bits and keeps the rest");
    if (!s.set) {
      flag changed = host.memory.is_racing();
      for (std::size_t earlier = 0; earlier + 1 < next; ++earlier)
        changed = either(changed, exchanges[earlier].hpa == e.hpa);
      p.prove(changed, "an update is lost only if the entry has changed");
      if (w.result != mmu::walk_result::lost || next != exchanges.size())
        p.refute("a walk ends where an update is lost");
      return;
    }
    p.prove(s.entry == (u.entry | u.set), "a step has the bits that the walk has set");
  }
  if (next != exchanges.size()) p.refute("the core sets no A or D bit that the model does not set");
}

void logged(smt::path& p, const platform::host& host) {
  std::size_t next = 0;
  for (const event& e : host.memory.events()) {
    if (e.what != event::kind::exchange || !e.done) continue;
    if (next == host.dirtied.size()) p.refute("every update of an entry is in the dirty log");
    p.prove(host.dirtied[next++]->number.value == e.hpa >> page_shift, "the frame in the dirty log is the one written");
  }
}

void same_walk(smt::path& p, platform::host& host, const mmu::walk& w, const translation& t, unsigned levels) {
  if (w.result == mmu::walk_result::fault) {
    p.prove(t.faults, "where the core faults, the model does");
    p.prove(w.error_code == t.error_code, "the error code is the model's");
    for (const event& e : host.memory.events()) {
      if (e.what != event::kind::read) p.refute("a walk that faults changes nothing");
    }
    return;
  }
  p.prove(negate(t.faults), "where the model faults, the core does");
  if (w.result == mmu::walk_result::translated) {
    p.prove(w.frame.value == t.address >> page_shift, "the guest frame is the model's");
    p.prove(both(both(w.granted.write == t.write, w.granted.user == t.user), w.granted.execute == t.execute),
            "the rights of the path are the model's");
  }
  for (unsigned n = 0; n < t.steps; ++n)
    p.prove(w.steps[levels - n].where.value == memory_as_it_is{host}.host_address(t.used[n].gpa),
            "a step is where the model's is");
  same_updates(p, host, w, t, levels);
  logged(p, host);
}

void body(smt::path& p, const unit& u) {
  const bool wide = u.format != mmu::paging::bits32;
  platform::host host(p, u.memory, wide ? 8 : 4);
  // Of a frame's record, a walk uses only the number; but whether entries are the same memory matters where it may not
  // change.
  host.tells_frames_apart = !host.memory.is_racing();
  auto& space = p.make<memory::space>(host);
  const x86::features features = any_features(p, u);
  registers model;
  model.cpuid = features;
  auto& core = p.make<vcpu::control_registers>(space, features);
  const register_values written = any_registers(p, u);
  const word gva = any_linear_address(p, u);
  const reference::access by = any_access(p);
  p.on_case([&](const smt::witness& w, const char* failing) {
    story s(w, "T1", u, failing);
    s.features(features);
    s.memory(host);
    s.registers(written);
    s.access(gva, by);
    return s.text();
  });
  write_registers(p, host, u, written, core, model);
  host.memory.forget();  // what the PDPTEs were loaded from may have changed since

  const mmu::walk walked = mmu::walk_guest(space, core.mode(), {gva}, as_core(by));
  const tape read(p, host, 0);
  const translation t = reference::walk(read, model, gva, by);
  p.assume(negate(t.rootless));
  read.ends();
  same_walk(p, host, walked, t, u.format == mmu::paging::level4 ? 4 : 2);
  p.conclude();
}

constexpr const char* assumptions[] = {
    "A guest's registers are what one write to each can leave, in the order of models/reference/reachable.hpp.",
    "The root table, or the PDPTE's, is in memory: else the vCPU is shut down and nothing is walked.",
    "Linear addresses are canonical in 4-level paging: others fault before they are translated.",
    "A lookup gives the same answer for the same guest frame (T4).",
};
constexpr const char* production[] = {"core/mmu/walk.cpp", "core/mmu/guest_format.hpp",
                                      "core/vcpu/control_registers.cpp"};

std::vector<unit> units(tier t) {
  std::vector<unit> all;
  using kind = smt::guest_memory::kind;
  for (const auto format : {mmu::paging::none, mmu::paging::bits32, mmu::paging::pae, mmu::paging::level4}) {
    for (unsigned width = 32; width <= 52; ++width) {
      const bool wanted = t == tier::full || width == 32 || width == 36 || width == 40 || width == 52;
      if (!wanted) continue;
      all.push_back({format, width, kind::havoc});
      if (t == tier::full || width == 36) all.push_back({format, width, kind::log});
    }
  }
  return all;
}

}  // namespace

extern const theorem walk_theorem{
    "T1",
    "walk",
    "In every mode, for all guest memory, registers, addresses and accesses, the core's walk of the guest's tables "
    "reads the entries that the model reads, once each, and comes to the model's result, error code, frame, rights and "
    "updates.",
    assumptions,
    production,
    units,
    body,
};

}  // namespace umbra::proofs
