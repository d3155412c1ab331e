// The processor's walk of the tables that CR3 or the directory-pointer registers name (SDM 4.4, 4.5), its permission
// check (SDM 4.6) and its error codes (SDM 4.7).
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/page_fault.hpp"
#include "models/machine/processor.hpp"

namespace umbra::machine {
namespace {

namespace bit = x86::entry;

constexpr std::uint64_t bits(unsigned high, unsigned low) {
  return (high == 63 ? ~std::uint64_t{0} : (std::uint64_t{1} << (high + 1)) - 1) & ~((std::uint64_t{1} << low) - 1);
}

constexpr std::uint64_t frame_in(std::uint64_t entry) { return (entry & bits(physical_bits - 1, 12)) >> 12; }

}  // namespace

bool processor::permitted(const rights& r, const request& by) const {
  if (by.fetch && !r.execute && (latched_.efer & x86::efer::nxe)) return false;
  if (by.user) return r.user && (!by.write || r.write);
  if (r.user && by.fetch && (latched_.cr4 & x86::cr4::smep)) return false;
  if (r.user && !by.fetch && (latched_.cr4 & x86::cr4::smap) && !by.ac) return false;
  return !by.write || r.write || !(latched_.cr0 & x86::cr0::wp);
}

bool processor::reserved(std::uint64_t entry, unsigned level) const {
  std::uint64_t mask = bits(51, physical_bits);
  if (!level4()) mask |= bits(62, 52);
  if (!(latched_.efer & x86::efer::nxe)) mask |= bit::no_execute;
  if (level == 4) mask |= bit::large;
  if (level == 3 && (entry & bit::large)) mask |= bits(29, 13);
  if (level == 2 && (entry & bit::large)) mask |= bits(20, 13);
  return (entry & mask) != 0;
}

result processor::fault(const request& by, bool present, bool reserved) const {
  namespace code = x86::page_fault;
  // CR4.PAE is always 1 here, so I/D is defined whenever NXE or SMEP is on.
  const bool tells_fetches = (latched_.efer & x86::efer::nxe) || (latched_.cr4 & x86::cr4::smep);
  const std::uint64_t error = (present ? code::present : 0) | (by.write ? code::write : 0) |
                              (by.user ? code::user : 0) | (reserved ? code::reserved : 0) |
                              (by.fetch && tells_fetches ? code::fetch : 0);
  return {false, answer::page_fault, 0, error};
}

// Where the walk begins: below the deepest cached entry for the address, else at the root. False: no such PDPTE.
bool processor::begin(std::uint64_t gva, cursor& at) const {
  const auto vpid = static_cast<std::uint16_t>(latched_.vpid);
  const unsigned top = level4() ? 4 : 2;
  for (unsigned level = 2; level <= top; ++level) {
    if (const structure* s = structures_.find(vpid, level, gva)) {
      at = {s->table, level - 1, {s->write, s->user, s->execute}};
      return true;
    }
  }
  if (level4()) {
    at = {frame_in(latched_.cr3), 4, {}};
    return true;
  }
  const std::uint64_t pdpte = pdptes_[gva >> 30];
  at = {frame_in(pdpte), 2, {}};
  return (pdpte & bit::present) != 0;
}

result processor::walk(std::uint64_t gva, const request& by, intent why) {
  const auto vpid = static_cast<std::uint16_t>(latched_.vpid);
  const bool changes = why != intent::probe;
  cursor at;
  if (changes) ++around_.count.walks;
  if (!begin(gva, at)) return fault(by, false, false);
  if (changes && at.level != (level4() ? 4u : 2u)) ++around_.count.structure_hits;

  for (;; --at.level) {
    table* t = around_.tables.walk(at.table);
    if (!t) [[unlikely]] {
      if (changes) {
        around_.incidents.report(
            incident_kind::walk, "the walk of %#llx reads a level-%u table at %#llx: none is allocated there",
            static_cast<unsigned long long>(gva), at.level, static_cast<unsigned long long>(at.table << 12));
      }
      return {};
    }
    const unsigned shift = structure_cache::shift_of(at.level);
    const std::uint64_t index = gva >> shift & 511;
    std::uint64_t entry = t->get(index);
    if (!(entry & bit::present)) return fault(by, false, false);
    if (reserved(entry, at.level)) return fault(by, true, true);
    at.granted.write &= (entry & bit::write) != 0;
    at.granted.user &= (entry & bit::user) != 0;
    at.granted.execute &= !(entry & bit::no_execute);

    const bool leaf = at.level == 1 || ((entry & bit::large) && at.level <= 3);
    if (leaf) {
      if (why != intent::speculate && !permitted(at.granted, by)) return fault(by, true, false);
      const std::uint64_t marked = entry | bit::accessed | (by.write && why == intent::access ? bit::dirty : 0);
      // A large page's frame, and the 4-KiB piece of it that the address selects. Bit 12 of a large entry is PAT.
      const std::uint64_t below = (std::uint64_t{1} << (shift - 12)) - 1;
      const std::uint64_t frame = (frame_in(entry) & ~below) | (gva >> 12 & below);
      if (changes) {
        if (marked != entry) t->set(index, marked);
        tlb_.insert({gva >> 12, frame, vpid, at.granted.write, at.granted.user, at.granted.execute,
                     (marked & bit::dirty) != 0});
      }
      // Speculation touches no memory, so it cannot escape; a later use of the cached translation can.
      if (why == intent::speculate) return {true, answer::translated, 0, 0};
      return landed(frame, gva, why);
    }

    at.table = frame_in(entry);
    if (changes) {
      if (!(entry & bit::accessed)) t->set(index, entry |= bit::accessed);
      structures_.insert({gva >> shift, entry, at.table, vpid, static_cast<std::uint8_t>(at.level), at.granted.write,
                          at.granted.user, at.granted.execute});
    }
  }
}

}  // namespace umbra::machine
