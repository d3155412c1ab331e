// The way of one op through a world.
#include "fuzz/world/world.hpp"

#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace umbra::fuzz {

const char* name_of(ending e) {
  switch (e) {
    case ending::none:
      return "nothing";
    case ending::done:
      return "done";
    case ending::page_fault:
      return "#PF";
    case ending::mmio:
      return "mmio";
    case ending::shutdown:
      return "shutdown";
    case ending::given_up:
      return "given up";
  }
  return "?";
}

/// Code that goes on after a failed assertion of its own may do anything, crash included. So the op ends there, and the
/// core is never touched again: no destructor that this jump leaps over holds more than the machine takes back.
void world::on_incident(void* self, const machine::incident& i) {
  world& w = *static_cast<world*>(self);
  if (w.observer_) w.observer_->trips(i);
  if (i.kind == machine::incident_kind::assertion && w.in_core_) std::longjmp(w.out_, 1);
}

void world::fail(const char* id, const char* format, ...) {
  if (finding_) return;
  const std::string_view rule = id;
  if (unfollowed_ && (rule == "I15" || rule == "I16")) return;  // what an exit comes to is the model's to say
  finding& f = finding_.emplace();
  f.id = id;
  f.op = number_;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(f.text, sizeof f.text, format, arguments);
  va_end(arguments);
}

void world::mix(std::uint64_t value) {
  trace_ = (trace_ ^ value) * 0x9e37'79b9'7f4a'7c15;
  trace_ ^= trace_ >> 29;
}

std::uint64_t world::linear(unsigned vcpu, std::uint64_t gva) const {
  if (!reference::uses_4level(registers_[vcpu])) return gva & 0xffff'ffff;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(gva << 16) >> 16);
}

unsigned world::clipped(unsigned vcpu, std::uint64_t gva, unsigned bytes) const {
  // An access that runs over the end of the linear addresses faults, or wraps, before paging has a say.
  const std::uint64_t end = reference::uses_4level(registers_[vcpu]) ? std::uint64_t{1} << 47 : std::uint64_t{1} << 32;
  const std::uint64_t left = end - (gva & (end - 1));
  return left < bytes ? static_cast<unsigned>(left) : bytes;
}

bool world::step(const op& o) {
  if (finding_) return false;
  ++tally_.ops;
  perform(o);
  ++number_;
  return !finding_;
}

void world::perform(const op& o) {
  if (observer_) observer_->begins(number_, o);
  op_begun_ = now();
  races_before_ = machine_->count().races;
  effective_ = everything_ = false;
  entries_.clear();
  bytes_.clear();
  const std::uint64_t faults_before = machine_->count().page_faults;
  const std::uint64_t tables_before = mmu_->counters().pte_write;

  if (setjmp(out_) == 0) {
    in_core_ = true;
    dispatch(o);
  }
  in_core_ = false;
  if (o.kind != kind::race) {
    machine_->disarm_races();
    armed_ = 0;
  }
  conclude(o);

  const std::uint64_t faults = machine_->count().page_faults - faults_before;
  const bool table = mmu_->counters().pte_write != tables_before;
  tally_.exits += faults;
  tally_.races += machine_->count().races - races_before_;
  if (effective_ && number_ != finding::before_first) {
    ++tally_.effective;
    tally_.faulting += faults != 0;
    tally_.table_writes += table;
    tally_.fault_or_table += faults != 0 || table;
  }
  if (observer_) observer_->ends(number_, o, last_finding());
}

void world::dispatch(const op& o) {
  const bool edits_slots =
      o.kind == kind::slot || o.kind == kind::alias || o.kind == kind::log || o.kind == kind::read_log;
  if (edits_slots) edition_ = none;
  switch (o.kind) {
    case kind::read:
    case kind::write:
    case kind::fetch:
      access(o);
      break;
    case kind::exhaust:
      exhaust(o);
      break;
    case kind::cr0:
    case kind::cr3:
    case kind::cr4:
    case kind::efer:
      write_register(o);
      break;
    case kind::invlpg:
      invalidate_page(o);
      break;
    case kind::slot:
      set_slot(o);
      break;
    case kind::alias:
      set_alias(o);
      break;
    case kind::log:
      set_log(o);
      break;
    case kind::read_log:
      read_log(o);
      break;
    case kind::reclaim:
    case kind::zap_all:
      reclaim(o);
      break;
    case kind::vcpu:
      effective_ = current_ != o.index % vcpus;
      current_ = o.index % vcpus;
      break;
    case kind::race:
      arm(o);
      break;
    case kind::exit:
      report_exit(o);
      break;
    case kind::field:
      leave_in_field(o);
      break;
    case kind::set:
      set_by_vmm(o);
      break;
    case kind::general:
      load_general(o);
      break;
    case kind::instruct:
      instruct(o);
      break;
    case kind::complete:
      complete(o);
      break;
    case kind::interrupt:
    case kind::nmi:
      send(o);
      break;
    case kind::poke:
      poke(o);
      break;
    case kind::patch:
      patch(o);
      break;
    case kind::speculate: {
      machine::processor& cpu = machine_->cpu(o.index % vcpus);
      effective_ = cpu.in_guest();
      if (effective_) cpu.speculate(linear(o.index % vcpus, o.address));
      break;
    }
  }
}

void world::report_incidents() {
  const machine::incident_log& log = machine_->incidents();
  if (log.count() == 0) return;
  const machine::incident& i = log.at(0);
  if (i.kind == machine::incident_kind::assertion) {
    fail("assertion", "%s", i.text);
  } else {
    fail("incident", "%s: %s", machine::name_of(i.kind), i.text);
  }
}

/// What must hold after any op.
void world::conclude(const op& o) {
  report_incidents();
  if (machine_->locked()) fail("incident", "the MMU lock is still held after the op");
  note_stores();
  note_entries();
  if (!suspended_.empty()) suspended_.sweep(mmu::view(*mmu_));
  if (finding_) return;
  mix(static_cast<std::uint64_t>(o.kind) << 56 ^ now());
  check();
}

}  // namespace umbra::fuzz
