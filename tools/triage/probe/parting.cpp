#include "tools/triage/probe/parting.hpp"

#include <optional>
#include <vector>

#include "core/mmu/view.hpp"
#include "fuzz/world/guest_view.hpp"
#include "models/reference/walk.hpp"
#include "tools/run/tables.hpp"
#include "tools/run/words.hpp"
#include "tools/triage/probe/subject.hpp"

namespace umbra::tools {

namespace {

/// Shadow tables, as hardware reads them.
struct shadow_memory {
  mmu::view v;

  bool backed(word address) const { return v.page_of({address >> page_shift}) != nullptr; }
  word read(word address, unsigned) const {
    return v.page_of({address >> page_shift})->entries->get(address >> 3 & 511);
  }
};

/// What hardware walks with.
reference::registers hardware_of(fuzz::world& w, unsigned vcpu) {
  const machine::controls k = w.hardware().cpu(vcpu).vmcs();
  const mmu::context& c = w.guest(vcpu).context();
  reference::registers r;
  r.cr0 = k.cr0;
  r.cr3 = k.cr3;
  r.cr4 = k.cr4;
  r.efer = k.efer;
  r.cpuid.maxphyaddr = 52;
  if (c.mode.format != mmu::paging::level4 && c.pae_roots != nullptr) {
    for (unsigned n = 0; n < 4; ++n) r.pdpte[n] = c.pae_roots->get(n);
  }
  return r;
}

/// An address at which a page's entry is used, from this page on down; nothing if no present entries lead there.
std::optional<std::uint64_t> address_through(const mmu::view& v, const mmu::page& p, unsigned ordinal, unsigned index,
                                             unsigned above) {
  if (p.level < 1 || p.level >= above) return std::nullopt;  // after a finding, links may lead anywhere
  const unsigned shift = 12 + 9 * (p.level - 1);
  if (p.ordinal == ordinal) return std::uint64_t{index} << shift;
  if (p.level == 1) return std::nullopt;
  for (word n = p.entries->next_used(0); n < table::entries; n = p.entries->next_used(n + 1)) {
    const word entry = p.entries->get(n);
    if ((entry & x86::entry::present) == 0) continue;
    const mmu::page* child = v.page_of({(entry & x86::entry::address_mask) >> page_shift});
    if (child == nullptr) continue;
    if (const auto below = address_through(v, *child, ordinal, index, p.level)) return n << shift | *below;
  }
  return std::nullopt;
}

struct stake {
  unsigned vcpu = 0;
  std::uint64_t gva = 0;
  bool operator==(const stake&) const = default;
};

std::optional<stake> stake_of_entry(fuzz::world& w, unsigned page, unsigned index) {
  const mmu::view v(w.shadow());
  for (unsigned id = 0; id < fuzz::world::vcpus; ++id) {
    const mmu::context& c = w.guest(id).context();
    if (!c.loaded) continue;
    const bool wide = c.mode.format == mmu::paging::level4;
    for (unsigned root = 0; root < (wide ? 1 : 4); ++root) {
      if (c.roots[root] == nullptr) continue;
      const auto below = address_through(v, *c.roots[root], page, index, 5);
      if (!below) continue;
      const std::uint64_t all = std::uint64_t{root} << 30 | *below;
      return stake{id, wide ? static_cast<std::uint64_t>(static_cast<std::int64_t>(all << 16) >> 16) : all};
    }
  }
  return std::nullopt;
}

std::optional<stake> stake_of_op(fuzz::world& w, const fuzz::op& o) {
  unsigned page = 0, index = 0;
  if (!entry_on_path(w, o, page, index)) return std::nullopt;
  const unsigned id = w.current();
  const bool wide = static_cast<bool>(reference::uses_4level(w.registers(id)));
  return stake{id, wide ? static_cast<std::uint64_t>(static_cast<std::int64_t>(o.address << 16) >> 16)
                        : o.address & 0xffff'ffff};
}

struct kind_of_access {
  const char* name;
  reference::access by;
};
constexpr kind_of_access accesses[] = {
    {"read, CPL 0", {}},
    {"read, CPL 0, AC", {.ac = true}},
    {"write, CPL 0", {.write = true}},
    {"fetch, CPL 0", {.fetch = true}},
    {"read, CPL 3", {.user = true}},
    {"write, CPL 3", {.user = true, .write = true}},
    {"fetch, CPL 3", {.user = true, .fetch = true}},
};

/// What the guest's tables grant, and what hardware does with the shadow's, for each kind of access.
void show_rights(paper& out, fuzz::world& w, const stake& at) {
  const fuzz::guest_view memory(w.map(), w.hardware().memory());
  const shadow_memory shadow{mmu::view(w.shadow())};
  const reference::registers hardware = hardware_of(w, at.vcpu);
  constexpr unsigned width = 44;
  out.line(ink::dim, "    {:<17} {:<{}}  {}", "access", "model, of the guest's tables", width,
           "hardware, by the shadow's");
  for (const kind_of_access& a : accesses) {
    const reference::translation due = reference::walk(memory, w.registers(at.vcpu), at.gva, a.by);
    const reference::translation seen = reference::walk(shadow, hardware, at.gva, a.by);
    const bool denied = due.rootless || due.faults, missing = seen.rootless || seen.faults;
    const auto there = denied ? reference::memory_map::answer{} : w.map().find(due.address >> page_shift);
    const bool allowed = !denied && there.backed && !(a.by.write && there.read_only);
    const std::uint64_t host = there.host_frame << page_shift | (due.address & page_offset_mask);
    const std::string model = due.rootless    ? "shutdown: the root is not in memory"
                              : due.faults    ? "#PF, code " + error_code_in_words(due.error_code)
                              : !there.backed ? fmt::format("{:#x}, where no memory is", due.address)
                              : !allowed      ? fmt::format("{:#x}, which is read-only", due.address)
                                              : fmt::format("host {:#x}", host);
    const std::string by_shadow = missing ? "exits to the core" : fmt::format("host {:#x}", seen.address);
    const bool wrong = !missing && (!allowed || seen.address != host);
    out.line(wrong ? ink::bad : ink::plain, "    {:<17} {:<{}}  {}{}", a.name, model, width, by_shadow,
             !wrong     ? ""
             : !allowed ? "  <- more than the guest's tables grant"
                        : "  <- other memory");
  }
}

/// The first level, from the root on, at which the shadow has what the guest's tables do not.
void name_level(paper& out, fuzz::world& w, const stake& at) {
  const fuzz::guest_view memory(w.map(), w.hardware().memory());
  const shadow_memory shadow{mmu::view(w.shadow())};
  const reference::translation guest = reference::walk(memory, w.registers(at.vcpu), at.gva, {});
  const reference::translation seen = reference::walk(shadow, hardware_of(w, at.vcpu), at.gva, {});
  if (guest.rootless || seen.steps == 0) return;
  const unsigned top = reference::uses_4level(w.registers(at.vcpu)) ? 4 : 2, shadow_top = seen.steps == 4 ? 4 : top;
  reference::rights granted;
  for (unsigned n = 0; n < seen.steps; ++n) {
    const unsigned level = shadow_top - n;
    const word entry = seen.used[n].entry;
    if ((entry & x86::entry::present) == 0) return;
    if (top - level < guest.steps && level <= top) {
      const auto& e = guest.used[top - level];
      if ((e.entry & x86::entry::present) == 0) {
        out.line(ink::bad, "  they part at the {}: the guest's {:#x} is not present, the shadow's {:#x} is",
                 name_of_entry(level), e.entry, entry);
        return;
      }
      const mmu::page* child =
          level == 1 ? nullptr : shadow.v.page_of({(entry & x86::entry::address_mask) >> page_shift});
      const bool guest_maps = top - level + 1 == guest.steps && guest.page_shift > 12;
      if (child != nullptr && child->direct != guest_maps) {
        out.line(ink::bad, "  they part at the {}: the guest's {:#x} {}, the shadow's leads to page {}, which {}",
                 name_of_entry(level), e.entry, guest_maps ? "maps a large page" : "leads to a table", child->ordinal,
                 child->direct ? "is made for a large one" : "shadows a table");
        return;
      }
      granted.write = granted.write && (e.entry & x86::entry::write) != 0;
      granted.user = granted.user && (e.entry & x86::entry::user) != 0;
      granted.execute = granted.execute && !(e.bytes == 8 && (e.entry & x86::entry::no_execute) != 0);
    }
    if (level != 1) continue;
    const bool write = (entry & x86::entry::write) != 0, user = (entry & x86::entry::user) != 0;
    const bool execute = (entry & x86::entry::no_execute) == 0;
    const auto there = w.map().find(guest.address >> page_shift);
    const bool reached = !guest.faults;
    if (reached && there.backed && there.host_frame != (entry & x86::entry::address_mask) >> page_shift) {
      out.line(ink::bad, "  they part at the leaf: the guest's tables lead to host frame {:#x}, the shadow's to {:#x}",
               there.host_frame, (entry & x86::entry::address_mask) >> page_shift);
    } else if ((write && !granted.write) || (user && !granted.user) || (execute && !granted.execute)) {
      out.line(ink::bad, "  they part at the leaf: it grants{}{}{}, which the guest's entries together do not",
               write && !granted.write ? " writing" : "", user && !granted.user ? " user access" : "",
               execute && !granted.execute ? " execution" : "");
    } else if (write && reached && guest.steps != 0 && (guest.used[guest.steps - 1].entry & x86::entry::dirty) == 0) {
      out.line(ink::bad, "  they part at the leaf: it may be written, and the guest's D bit is clear");
    }
  }
}

}  // namespace

void show_parting(paper& out, fuzz::world& w, const fuzz::op* o, const sighting& seen) {
  std::vector<stake> stakes;
  if (seen.page != fuzz::finding::no_page && seen.page < mmu::view(w.shadow()).pages()) {
    if (const auto s = stake_of_entry(w, seen.page, seen.index)) stakes.push_back(*s);
  }
  if (o != nullptr) {
    if (const auto s = stake_of_op(w, *o)) {
      const auto same_page = [&](const stake& t) { return t.vcpu == s->vcpu && t.gva >> 12 == s->gva >> 12; };
      if (stakes.empty() || !same_page(stakes[0])) stakes.push_back(*s);
    }
  }
  for (const stake& s : stakes) {
    show_tables(out, w, s.vcpu, s.gva);
    name_level(out, w, s);
    show_rights(out, w, s);
    out.blank();
  }
}

}  // namespace umbra::tools
