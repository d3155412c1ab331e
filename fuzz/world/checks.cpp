// The invariants after each op, and the account of written pages that the dirty log is held to.
#include "fuzz/world/cache_list.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

/// Each store of the op: for the checkers that follow what was written, and for the slots that are logged. Writes by
/// the VMM or a device behind the core's back are the VMM's own to remember.
void world::note_stores() {
  const machine::journal& stores = machine_->memory().journal();
  for (; op_begun_ < stores.size(); ++op_begun_) {
    const machine::stored& s = stores[op_begun_];
    if (s.bytes == 0) continue;
    const std::uint64_t frame = s.hpa >> page_shift;
    bytes_.push_back({frame, static_cast<unsigned>(s.hpa & page_offset_mask), s.bytes});
    if (s.by == machine::author::host) continue;
    for (unsigned id = 0; id < slots; ++id) {
      const reference::region& r = map_.slots[id];
      const std::uint64_t page = frame - r.backing;
      if (r.logged && page < r.pages) written_[id][page / 64] |= std::uint64_t{1} << page % 64;
    }
  }
}

/// Each store of the op to a table of a shadow page.
void world::note_entries() {
  const machine::stores stores = machine_->take_stores();
  if (stores.incomplete()) {
    everything_ = true;
    return;
  }
  const mmu::view v(*mmu_);
  for (std::uint32_t n = 0; n < stores.size(); ++n) {
    const unsigned page = tables_->page_of(stores.table(n));
    if (page == table_owners::nobody) continue;
    const bool chain = tables_->is_chain(stores.table(n));
    entries_.push_back({static_cast<std::uint16_t>(page), static_cast<std::uint16_t>(stores.index(n)), chain});
  }
}

bool world::report(const invariants::violation& v) {
  if (!v) return false;
  const auto name = invariants::text(v.which);
  static constexpr const char* ids[] = {"none", "I1", "I2",  "I3",  "I4",  "I5",  "I6",  "I7a", "I7b",
                                        "I8",   "I9", "I10", "I11", "I12", "I13", "I14", "I15", "I16"};
  static_assert(std::size(ids) == invariants::id_count);
  char place[64] = "";
  if (v.page != invariants::violation::no_page) std::snprintf(place, sizeof place, " (shadow page %u)", v.page);
  const bool first = !finding_;
  fail(ids[static_cast<unsigned>(v.which)], "%.*s: %s%s, index %llu: expected %#llx, found %#llx",
       static_cast<int>(name.size()), name.data(), v.what, place, static_cast<unsigned long long>(v.index),
       static_cast<unsigned long long>(v.expected), static_cast<unsigned long long>(v.found));
  if (first && v.page != invariants::violation::no_page) {
    finding_->page = v.page;
    finding_->index = static_cast<unsigned>(v.index);
  }
  return true;
}

template <class F>
auto world::with_subject(F&& f) {
  const auto page = [](const void* ram, word frame) {
    return static_cast<const machine::ram*>(ram)->frame(static_cast<unsigned>(frame - machine::first_guest_frame));
  };
  const auto lines = [](const void* tables, const table& t) {
    return static_cast<const machine::table_arena*>(tables)->lines_of(&t);
  };
  const auto covers = [](const void* list, unsigned page, unsigned index) {
    return static_cast<const suspensions*>(list)->covers(page, index);
  };
  std::array<invariants::written_pages, slots> written;
  for (unsigned id = 0; id < slots; ++id) written[id] = written_[id].data();
  const invariants::subject s{
      .view = mmu::view(*mmu_),
      .map = map_,
      .registers = registers_,
      .guest = {page, &machine_->memory()},
      .suspended = {suspended_.empty() ? nullptr : +covers, &suspended_},
      .written = written,
      .used = {lines, &machine_->tables()},
  };
  return f(s);
}

/// Grows whenever the core, by its own account, may have taken a page away or given a vCPU other roots.
std::uint64_t world::shadow_losses() const {
  const mmu::statistics& c = mmu_->counters();
  return c.tlb_flush + c.remote_tlb_flush + c.shadow_zapped + c.root_load;
}

/// Grows whenever the core, by its own account, may have changed a shadow entry, a root or what processors remember.
std::uint64_t world::shadow_changes() const {
  const mmu::statistics& c = mmu_->counters();
  return shadow_losses() + c.pf_fixed + c.pf_emulate + c.unprotected + c.pf_retry + c.invlpg + c.pte_write +
         c.pte_updated + c.cache_miss;
}

void world::check() {
  const std::uint64_t changes = shadow_changes();
  if (!check_each_) {
    // Nothing is shadowed before the first op. Later, an access that the processor could translate, or one that the
    // core answers with a fault, changes nothing; if the core says so wrongly, the next check that runs will see.
    if (number_ == finding::before_first) return;
    if (entries_.empty() && bytes_.empty() && !everything_ && changes == checked_changes_) return;
  }
  checked_changes_ = changes;
  // What was cached lawfully stays lawful while entries only come into being. The machine saw each store to a table;
  // that roots and pages went is the core's word, which the check at the end of the input does not need.
  const std::uint64_t losses = shadow_losses();
  const bool weakened = machine_->take_weakened() || everything_ || losses != checked_losses_ || check_each_;
  checked_losses_ = losses;
  with_subject([&](const invariants::subject& s) {
    ++tally_.checks;
    if (check_each_) {
      ++tally_.full_checks;
      if (report(invariants::check_all(s, *workspace_))) return;
    } else if (report(invariants::check_step(s, *workspace_, {entries_, bytes_, everything_}))) {
      return;
    }
    const cache_list caches(*machine_);
    report(weakened ? invariants::check_caches(s, caches, vcpus) : invariants::check_running(s, caches, vcpus));
  });
}

/// What only the thorough check and the teardown see takes as long as all the rest of an input, and needs no certain
/// input to show.
bool world::thorough() const { return check_each_ || trace_ % 16 == 0; }

void world::check_fully() {
  ++tally_.checks;
  ++tally_.full_checks;
  if (thorough()) check_assumptions();
  with_subject([&](const invariants::subject& s) {
    const auto depth = thorough() ? invariants::depth::thorough : invariants::depth::usual;
    if (report(invariants::check_all(s, *workspace_, depth))) return;
    report(invariants::check_caches(s, cache_list(*machine_), vcpus));
  });
}

}  // namespace umbra::fuzz
