#include "tools/triage/probe/subject.hpp"

#include "fuzz/trial/unicorn_judge.hpp"
#include "fuzz/world/observer.hpp"
#include "models/reference/paging_mode.hpp"
#include "tools/triage/probe/stack.hpp"

namespace umbra::tools {

namespace {

/// Takes the stack where the core trips.
class stack_taker : public fuzz::observer {
 public:
  explicit stack_taker(call_stack& to) : to_(to) {}
  void begins(std::size_t, const fuzz::op&) override {}
  void enters(unsigned, mmu::verdict) override {}
  void exits(const fuzz::exit_event&) override {}
  void emulates(std::uint64_t, mmu::verdict) override {}
  void expects(std::uint64_t, const reference::translation&) override {}
  void accessed(const fuzz::op&, const fuzz::outcome&) override {}
  void answered(bool, const char*) override {}
  void trips(const machine::incident&) override {
    if (to_.count == 0) take_stack(to_);
  }
  void ends(std::size_t, const fuzz::op&, const fuzz::finding*) override {}

 private:
  call_stack& to_;
};

bool has_address(fuzz::kind k) {
  using fuzz::kind;
  return k == kind::read || k == kind::write || k == kind::fetch || k == kind::invlpg || k == kind::exhaust;
}

}  // namespace

bool entry_on_path(fuzz::world& w, const fuzz::op& o, unsigned& page, unsigned& index) {
  if (!has_address(o.kind)) return false;
  const mmu::context& c = w.guest(w.current()).context();
  if (!c.loaded) return false;
  const mmu::view v(w.shadow());
  const bool wide = c.mode.format == mmu::paging::level4;
  bool found = false;
  unsigned above = 5;
  for (const mmu::page* p = c.roots[wide ? 0 : o.address >> 30 & 3];
       p != nullptr && p->level >= 1 && p->level < above;) {
    page = p->ordinal;
    index = o.address >> (12 + 9 * (p->level - 1)) & 511;
    found = true;
    const word entry = p->entries->get(index);
    if ((entry & 1) == 0) break;
    above = p->level;
    p = above == 1 ? nullptr : v.page_of({(entry & x86::entry::address_mask) >> page_shift});
  }
  return found;
}

void subject::prepare(const specimen& s) {
  if (s.trial() != nullptr && !laboratory_) {
    laboratory_ = std::make_unique<fuzz::laboratory>();
    if (target_ == "emulate") laboratory_->appoint(fuzz::make_unicorn_judge());
  }
  if (s.program() != nullptr && !world_) {
    world_ = std::make_unique<fuzz::world>();
    world_->check_each(true);
  }
}

void subject::run(const specimen& s, sighting& seen) {
  prepare(s);
  if (s.trial() != nullptr) {
    run_trial(*s.trial(), seen);
  } else {
    run_program(*s.program(), seen);
  }
}

void subject::run_trial(const fuzz::trial& t, sighting& seen) {
  if (laboratory_->run(t)) return;
  set(seen, laboratory_->finding().id, laboratory_->finding().text);
}

void subject::run_program(const fuzz::program& p, sighting& seen) {
  fuzz::world& w = *world_;
  stack_taker taker(seen.stack);
  w.watch(&taker);
  bool well = w.start(p.setup);
  seen.op = fuzz::finding::before_first;
  for (std::size_t n = 0; well && n < p.ops.size(); ++n) {
    seen.op = n;  // known also if the process dies of it
    well = w.step(p.ops[n]);
  }
  unsigned page = fuzz::finding::no_page, index = 0;
  const bool on_path = !well && seen.op < p.ops.size() && entry_on_path(w, p.ops[seen.op], page, index);
  if (well) seen.op = fuzz::finding::at_end;
  w.finish();
  w.watch(nullptr);
  seen.trace = w.trace();
  const fuzz::finding* f = w.last_finding();
  if (f == nullptr) return;
  set(seen, f->id, f->text);
  seen.op = f->op;
  seen.page = f->page;
  seen.index = f->index;
  if (seen.page == fuzz::finding::no_page && on_path) {
    seen.page = page;
    seen.index = index;
  }
}

void subject::run_trapped(const fuzz::program& p, const sighting& seen, store_stacks& into) {
  fuzz::world& w = *world_;
  bool well = w.start(p.setup);
  const mmu::view v(w.shadow());
  if (seen.page >= v.pages()) return;
  set_trap(reinterpret_cast<const std::uint64_t*>(v.page_at(seen.page).entries) + seen.index, into);
  for (std::size_t n = 0; well && n < p.ops.size(); ++n) well = w.step(p.ops[n]);
  lift_trap();
}

}  // namespace umbra::tools
