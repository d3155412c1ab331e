// A world from start to finish.
//
// What all inputs with one kind of vCPU and a pool of one size begin with is made once and then restored, as a virtual
// machine would be from a snapshot: making it takes longer than all that most inputs do. Tearing it down is as slow and
// mostly the same each time, so it happens when the thorough check does; that nothing was lost is clear from an account
// of what is in use.
#include <algorithm>

#include "fuzz/scene/scene.hpp"
#include "fuzz/world/checkpoint.hpp"
#include "fuzz/world/host_facts.hpp"
#include "fuzz/world/images.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;

constexpr unsigned pool_limit = invariants::workspace::page_limit;

/// More kinds than this take turns.
constexpr std::size_t foundation_limit = 128;

constexpr reference::region low_memory{0, low_pages, machine::first_guest_frame, false, false};
constexpr reference::region high_memory{high_frame, high_pages, machine::first_guest_frame + low_pages, false, false};

bool alike(const x86::features& a, const x86::features& b) {
  return a.maxphyaddr == b.maxphyaddr && a.nx == b.nx && a.long_mode == b.long_mode && a.gbpages == b.gbpages &&
         a.smep == b.smep && a.smap == b.smap;
}

constexpr memory::slot_request request_for(const reference::region& r) {
  return {{r.base}, r.pages, r.backing - machine::first_guest_frame, r.read_only, r.logged};
}

}  // namespace

/// The core with its default slots, and vCPUs as after reset.
struct world::foundation {
  unsigned pages = 0;
  x86::features cpuid{};
  machine::machine::snapshot machine;
  holder<memory::space>::image space;
  holder<mmu::mmu>::image mmu;
  std::array<holder<vmx::cpu>::image, vcpus> cpus;
};

world::world() : machine_(std::make_unique<machine::machine>()), workspace_(std::make_unique<invariants::workspace>()) {
  machine_->incidents().on_incident(&world::on_incident, this);
  entries_.reserve(watch::store_log::size);
  bytes_.reserve(4096);
}

world::~world() { abandon(); }

/// Gives back all that the core has taken.
void world::dismantle() {
  for (auto& v : vcpus_) v.destroy();
  mmu_.destroy();
  space_.destroy();
  edition_ = none;
}

/// Leaves it to the machine to take it back.
void world::abandon() {
  for (auto& v : vcpus_) v.abandon();
  mmu_.abandon();
  space_.abandon();
}

void world::lay_foundation(unsigned pages, const x86::features& cpuid, const machine::image* memory) {
  const auto known = std::find_if(foundations_.begin(), foundations_.end(),
                                  [&](const auto& f) { return f->pages == pages && alike(f->cpuid, cpuid); });
  if (known != foundations_.end()) {
    const foundation& f = **known;
    machine_->restore(f.machine, memory);
    put_space_back(f.space, first_edition);
    mmu_.restore(f.mmu);
    for (unsigned id = 0; id < vcpus; ++id) vcpus_[id].restore(f.cpus[id]);
    return;
  }
  ++tally_.foundations;
  machine_->reset(memory);
  edition_ = none;
  space_.emplace(machine_->host(), slots, aliases);
  mmu_.emplace(*space_);
  if (mmu_->set_slot(0, request_for(low_memory)) != memory::status::ok ||
      mmu_->set_slot(1, request_for(high_memory)) != memory::status::ok) {
    return fail("status", "the default slots were refused");
  }
  if (!mmu_->create(pages)) return fail("I12", "a pool of %u shadow pages could not be made", pages);
  for (unsigned id = 0; id < vcpus && !finding_; ++id) make_vcpu(id, cpuid);
  if (finding_ || machine_->incidents().count() != 0) return;
  if (foundations_.size() == foundation_limit) foundations_.erase(foundations_.begin());
  foundation& f = *foundations_.emplace_back(std::make_unique<foundation>());
  f.pages = pages;
  f.cpuid = cpuid;
  machine_->save(f.machine);
  space_.save(f.space);
  edition_ = first_edition;
  mmu_.save(f.mmu);
  for (unsigned id = 0; id < vcpus; ++id) vcpus_[id].save(f.cpus[id]);
}

void world::put_space_back(const holder<memory::space>::image& from, std::uint64_t edition) {
  if (edition == edition_) {
    space_.revive();
  } else {
    space_.restore(from);
    edition_ = edition;
  }
}

void world::make_vcpu(unsigned id, const x86::features& cpuid) {
  vmx::capabilities can;
  vmx::controls chosen;
  const char* lacking = can.read(machine_->host()) ? chosen.choose(can) : "VMX";
  if (lacking != nullptr) return fail("status", "the core says that this processor lacks %s", lacking);
  vmx::cpu& v = vcpus_[id].emplace(*mmu_, id, cpuid, chosen, vmx::executor::emulator);
  if (!v.create()) return fail("I12", "vCPU %u could not be made with %u shadow pages", id, mmu::view(*mmu_).pages());
  v.set_up();
  v.processor_changed(host_processor);
  v.thread_changed(host_thread);
}

/// Which page each table belongs to: the same for all pools of one size, since all come of one foundation.
void world::learn_owners(unsigned pages) {
  if (pages >= owners_.size()) owners_.resize(pages + 1);
  std::unique_ptr<table_owners>& owners = owners_[pages];
  if (!owners) owners = std::make_unique<table_owners>(mmu::view(*mmu_), machine_->tables());
  tables_ = owners.get();
}

bool world::start(const setup& wanted) {
  abandon();
  static_cast<world_state&>(*this) = {};
  setup_ = wanted;
  finding_.reset();
  armed_ = 0;
  workspace_->forget_roots();
  ++tally_.programs;

  map_.slots[0] = low_memory;
  map_.slots[1] = high_memory;
  map_.trim();
  const unsigned pages = std::clamp<unsigned>(wanted.shadow_pages, mmu::mmu::minimum_pages(vcpus), pool_limit);
  for (unsigned id = 0; id < vcpus; ++id) {
    registers_[id].cpuid = wanted.cpuid;
    pasts_[id].start(registers_[id]);
  }
  lay_foundation(pages, wanted.cpuid, image_of(wanted.scene));
  if (finding_) return false;
  learn_owners(pages);
  for (unsigned id = 0; id < vcpus && !finding_; ++id) set_up_vcpu(id);
  current_ = 0;
  number_ = 0;
  return !finding_;
}

void world::save(checkpoint& to) {
  machine_->save(to.machine_);
  if (edition_ == none) edition_ = ++editions_;
  if (to.edition_ != edition_) space_.save(to.space_);
  to.edition_ = edition_;
  mmu_.save(to.mmu_);
  for (unsigned id = 0; id < vcpus; ++id) vcpus_[id].save(to.vcpus_[id]);
  to.state_ = *this;
}

void world::restore(const checkpoint& from) {
  machine_->restore(from.machine_);
  put_space_back(from.space_, from.edition_);
  mmu_.restore(from.mmu_);
  for (unsigned id = 0; id < vcpus; ++id) vcpus_[id].restore(from.vcpus_[id]);
  static_cast<world_state&>(*this) = from.state_;
  workspace_->forget_roots();
  finding_.reset();
  armed_ = 0;
  ++tally_.programs;
}

bool world::set_up_vcpu(unsigned id) {
  using namespace x86;
  current_ = id;
  const setup& s = setup_;
  fuzz::start mode = s.start;
  if (mode == start::level4 && !s.cpuid.long_mode) mode = start::pae;
  if (mode == start::real) return true;
  flatten(id);
  const auto set = [this](kind k, std::uint64_t value) {
    op o;
    o.kind = k;
    o.value = value;
    if (!finding_) perform(o);
  };
  const bool paged = mode != start::paging_off;
  const bool wide = mode == start::pae || mode == start::level4;
  if (paged) {
    set(kind::cr4, when(s.pse, cr4::pse) | when(s.pge, cr4::pge) | when(wide, cr4::pae) |
                       when(s.smep && s.cpuid.smep, cr4::smep) | when(s.smap && s.cpuid.smap, cr4::smap));
    set(kind::efer, when(s.nxe && s.cpuid.nx, efer::nxe) | when(mode == start::level4, efer::lme));
    set(kind::cr3, root_of(mode, id));
  }
  set(kind::cr0, cr0::pe | cr0::et | cr0::ne | when(s.wp, cr0::wp) | when(paged, cr0::pg));
  return !finding_;
}

/// What the core has taken from the machine is what it uses, by its own account of its parts and by the VMM's of its
/// slots (I12).
void world::check_account() {
  const mmu::view v(*mmu_);
  std::uint64_t tables = 2 * v.pages() + vcpus * vmx::cpu::tables, pinned = 0,
                bytes = v.bytes() + space_->frames().bytes();
  for (unsigned n = 0; n < v.contexts(); ++n) tables += v.context_at(n) != nullptr;
  for (unsigned id = 0; id < slots; ++id) {
    const memory::slot& s = space_->slot_at(id);
    pinned += map_.slots[id].pages;
    bytes += s.pages * sizeof(memory::place);
    if (s.dirty != nullptr) bytes += memory::log_words(s.pages) * sizeof(std::uint64_t);
  }
  expect_taken(tables, bytes, pinned);
}

void world::expect_taken(std::uint64_t tables, std::uint64_t bytes, std::uint64_t pins) {
  const machine::machine& m = *machine_;
  if (m.tables_out() != tables) fail("I12", "%u tables are taken, %llu in use", m.tables_out(), ull(tables));
  if (m.bytes_out() != bytes) fail("I12", "%zu bytes are taken, %llu in use", m.bytes_out(), ull(bytes));
  if (m.pins_out() != pins) fail("I12", "%u frames are pinned, %llu in use", m.pins_out(), ull(pins));
}

bool world::finish() {
  number_ = finding::at_end;
  if (!finding_ && mmu_) {
    check_fully();
    check_account();
    tally_.live_pages = mmu::view(*mmu_).live_pages();
    if (!finding_ && thorough()) {
      dismantle();
      report_incidents();
      expect_taken(0, 0, 0);
    }
  }
  abandon();
  return !finding_;
}

bool world::run(const program& p) {
  bool well = start(p.setup);
  for (std::size_t n = 0; well && n < p.ops.size(); ++n) well = step(p.ops[n]);
  return finish() && well;
}

}  // namespace umbra::fuzz
