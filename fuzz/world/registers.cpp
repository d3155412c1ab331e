// Guest writes to control registers, and INVLPG: the core's answer against the model's.
#include "core/x86/entry.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/walk.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;

const char* name_of(kind k) {
  switch (k) {
    case kind::cr0:
      return "CR0";
    case kind::cr3:
      return "CR3";
    case kind::cr4:
      return "CR4";
    default:
      return "EFER";
  }
}

template <class Memory>
reference::cr_effect write(kind k, reference::registers& r, word value, const Memory& memory) {
  switch (k) {
    case kind::cr0:
      return reference::write_cr0(r, value, memory);
    case kind::cr3:
      return reference::write_cr3(r, value, memory);
    case kind::cr4:
      return reference::write_cr4(r, value, memory);
    default:
      return reference::write_efer(r, value, memory);
  }
}

/// Guest memory of which some words were changed by a race while they were read. For each of the four words of a
/// directory-pointer table one of the values that it had is chosen.
class raced_memory {
 public:
  raced_memory(const guest_view& v, reference::moment begun)
      : view_(v), begun_(begun), end_(v.memory().journal().size()) {}

  bool backed(word gpa) const { return view_.backed(gpa); }
  word read(word gpa, unsigned bytes) const {
    return value_at(view_.memory(), view_.host_of(gpa), bytes, begun_ + choice_[gpa >> 3 & 3]);
  }
  /// Goes on to the next choice; false after the last.
  bool next() {
    for (auto& c : choice_) {
      if (begun_ + ++c <= end_) return true;
      c = 0;
    }
    return false;
  }

 private:
  const guest_view& view_;
  reference::moment begun_, end_;
  reference::moment choice_[4]{};
};

}  // namespace

bool world::same_registers(const reference::registers& r) const {
  const vcpu::control_registers& c = vcpus_[current_]->registers();
  bool same = c.cr0() == r.cr0 && c.cr3() == r.cr3 && c.cr4() == r.cr4 && c.efer() == r.efer;
  if (reference::uses_pae(r)) {
    for (unsigned n = 0; n < 4; ++n) same = same && c.pdpte(n) == r.pdpte[n];
  }
  return same;
}

bool world::explained_by_race(const op& o, bool taken, reference::moment begun, reference::registers& next,
                              reference::cr_effect& effect) const {
  if (now() == begun) return false;
  const guest_view memory = view();
  raced_memory raced(memory, begun);
  do {
    next = registers_[current_];
    effect = write(o.kind, next, o.value, raced);
    if (effect.faults != taken && same_registers(next)) return true;
  } while (raced.next());
  return false;
}

void world::write_register(const op& o) {
  machine_->cpu(current_).leave();
  reference::registers next = registers_[current_];
  reference::cr_effect effect = write(o.kind, next, o.value, view());
  const reference::moment begun = now();

  vcpu::vcpu& v = *vcpus_[current_];
  bool taken = false;
  switch (o.kind) {
    case kind::cr0:
      taken = v.write_cr0(o.value);
      break;
    case kind::cr3:
      taken = v.write_cr3(o.value);
      break;
    case kind::cr4:
      taken = v.write_cr4(o.value);
      break;
    default:
      taken = v.write_efer(o.value);
      break;
  }
  if (observer_) observer_->answered(taken, taken ? "done" : "#GP(0)");
  mix(taken);
  if ((effect.faults == taken || !same_registers(next)) && !explained_by_race(o, taken, begun, next, effect)) {
    const vcpu::control_registers& c = v.registers();
    fail("I15",
         "%s = %#llx by vCPU %u: %s, should be %s; CR0 %#llx CR3 %#llx CR4 %#llx EFER %#llx, should be %#llx %#llx "
         "%#llx "
         "%#llx (or the directory pointers differ)",
         name_of(o.kind), ull(o.value), current_, taken ? "done" : "#GP", effect.faults ? "#GP" : "done", ull(c.cr0()),
         ull(c.cr3()), ull(c.cr4()), ull(c.efer()), ull(next.cr0), ull(next.cr3), ull(next.cr4), ull(next.efer));
    return;
  }
  expect_no_stores(begun, "a control-register write");
  if (!taken) return;
  effective_ = true;
  registers_[current_] = next;
  machine_->memory().journal().mark();
  pasts_[current_].registers_changed(now(), next);
  using scope = invalidation::scope;
  if (effect.invalidates) {
    pasts_[current_].invalidated({now(), effect.invalidates_global ? scope::all : scope::not_global, page_shift, 0});
  }
}

void world::invalidate_page(const op& o) {
  effective_ = true;
  machine_->cpu(current_).leave();
  const std::uint64_t gva = linear(current_, o.address);
  const reference::translation t = reference::walk(view(), registers_[current_], gva, reference::access{});
  machine_->memory().journal().mark();
  const reference::moment begun = now();
  vcpus_[current_]->invlpg({gva});
  if (observer_) observer_->answered(true, "done");
  expect_no_stores(begun, "INVLPG");
  if (!suspended_.empty()) settle_path(gva, begun);
  pasts_[current_].invalidated({begun, invalidation::scope::page, t.page_shift, gva});
}

/// After INVLPG the shadow entries on the address's path are in step with the guest's, whatever was written behind the
/// core's back until then.
void world::settle_path(std::uint64_t gva, reference::moment begun) {
  const mmu::context& c = vcpus_[current_]->context();
  if (!c.loaded) return;
  const mmu::view v(*mmu_);
  const mmu::page* p = c.roots[c.mode.format == mmu::paging::level4 ? 0 : gva >> 30 & 3];
  constexpr unsigned levels = 4;
  for (unsigned n = 0; n < levels && p != nullptr; ++n) {
    const auto index = static_cast<unsigned>(gva >> (12 + 9 * (p->level - 1)) & 511);
    suspended_.invalidated(p->ordinal, index, begun);
    const word entry = p->entries->get(index);
    if (p->level == 1 || (entry & x86::entry::present) == 0) return;
    p = v.page_of({(entry & x86::entry::address_mask) >> page_shift});
  }
}

/// Of the core's own; what a race stores is not the core's.
void world::expect_no_stores(reference::moment begun, const char* by) {
  const machine::journal& stores = machine_->memory().journal();
  for (reference::moment n = begun; n < stores.size(); ++n) {
    if (stores[n].by != machine::author::core) continue;
    fail("memory", "%s changed guest memory at host %#llx", by, ull(stores[n].hpa));
  }
}

}  // namespace umbra::fuzz
