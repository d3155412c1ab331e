#include "proofs/parent.hpp"

#include "core/x86/entry.hpp"

#include "proofs/register_writes.hpp"

namespace umbra::proofs {

namespace {

/// Pages that no path leads to but the one from CR3 or a PDPTE, which deny nothing.
bool is_root(const parent_kind& k) {
  return !k.direct && (k.format == mmu::paging::level4 ? k.level == 4 : k.level == 2);
}

}  // namespace

parent any_parent(smt::path& p, platform::host& host, memory::space& space, const parent_kind& kind,
                  x86::features features) {
  parent a;
  features.maxphyaddr = kind.maxphyaddr;
  a.guest.cpuid = features;
  const unit guest{kind.format, kind.maxphyaddr};
  a.written = any_registers(p, guest);
  auto& core = p.make<vcpu::control_registers>(space, features);
  write_registers(p, host, guest, a.written, core, a.guest);
  const mmu::mode mode = core.mode();

  a.page.format = kind.format;
  a.page.level = kind.level;
  a.page.maxphyaddr = mode.maxphyaddr;
  a.page.direct = kind.direct;
  a.page.role = mmu::role::of(mode, kind.level);
  a.page.frame = {field(p.any_word("frame"), 0, 40)};
  p.prefer(both(a.page.frame.value > word{0}, a.page.frame.value < word{0x40}));
  if (kind.format == mmu::paging::bits32) a.page.role = a.page.role.with_quadrant(p.any_word("quadrant"));
  if (!is_root(kind) && kind.format != mmu::paging::none)
    a.page.role =
        a.page.role.with_access({p.any_flag("write above"), p.any_flag("user above"), p.any_flag("execute above")});
  if (kind.direct) {
    a.page.role =
        a.page.role.as_direct().with_dirty(kind.format == mmu::paging::none ? flag{true} : p.any_flag("dirty above"));
    a.page.frame.value = a.page.frame.value & word{~((std::uint64_t{1} << (9 * kind.level)) - 1)};
  } else {
    a.page.rom = p.any_flag("rom");
    p.prefer(negate(a.page.rom));
  }
  a.index = field(p.any_word("index"), 0, 9);
  a.entry = kind.format == mmu::paging::bits32 ? field(p.any_word("entry"), 0, 32) : p.any_word("entry");
  p.prefer((a.entry & word{x86::entry::address_mask}) < word{0xc0 << page_shift});
  a.says = kind.direct ? mmu::meaning_of_direct(a.page, a.index) : mmu::meaning_of(space, a.page, a.index, a.entry);
  if (a.says.kind != mmu::meaning_kind::link) p.close();
  return a;
}

shared_access any_shared_access(smt::path& p, const parent_kind& kind) {
  const word below = p.any_word("entry below");
  p.prefer(has_all(below, x86::entry::present | x86::entry::accessed | x86::entry::dirty));
  p.prefer((below & word{x86::entry::address_mask}) < word{0xc0 << page_shift});
  return {kind.format == mmu::paging::bits32 ? field(below, 0, 32) : below, any_access(p)};
}

namespace {

/// The tables that lead through a parent's entry, and what they hold.
struct laid_path {
  std::uint64_t gva = 0, cr3 = 0;
  struct store {
    std::uint64_t gpa;
    unsigned bytes;
    std::uint64_t value;
  };
  std::vector<store> tables;
  std::vector<store> pointers;  ///< PDPTEs: loaded when registers are written
};

/// Upper tables lie from `free` on; they grant what the parent's role says.
laid_path lay(const smt::witness& w, const parent& a, const shared_access& via, std::uint64_t free) {
  using namespace x86;
  const mmu::page& page = a.page;
  const bool narrow = page.format == mmu::paging::bits32;
  const unsigned bytes = narrow ? 4 : 8, top = page.format == mmu::paging::level4 ? 4 : 2;
  const std::uint64_t frame = w(page.frame.value), index = w(a.index);
  const mmu::rights above = page.role.access();
  const std::uint64_t used = entry::present | entry::accessed;
  const std::uint64_t rights = (w(above.write) ? entry::write : 0) | (w(above.user) ? entry::user : 0) |
                               (w(above.execute) ? 0 : entry::no_execute);
  laid_path path;
  std::uint64_t root = frame;
  std::uint64_t target = (frame << page_shift) | used | rights;
  if (page.direct) target |= entry::large | (w(page.role.dirty()) ? entry::dirty : 0);
  for (unsigned level = page.level + 1; level <= top; ++level) {
    root = free++;
    path.tables.push_back({root << page_shift, bytes, target});
    target = (root << page_shift) | used | entry::write | entry::user;
  }
  path.cr3 = root << page_shift;
  if (page.format == mmu::paging::pae) {
    path.pointers.push_back({free << page_shift, 8, (root << page_shift) | entry::present});
    path.cr3 = free << page_shift;
  }
  if (!page.direct)
    path.tables.push_back({(frame << page_shift) + w(mmu::guest_index(page, a.index)) * bytes, bytes, w(a.entry)});
  if (!a.says.direct) {
    const std::uint64_t half = narrow && (index & 1) != 0 ? 512 * bytes : 0;
    path.tables.push_back({(w(a.says.frame.value) << page_shift) + half, bytes, w(via.below)});
  }
  path.gva = (narrow ? w(page.role.quadrant()) << 30 : 0) | index << (12 + 9 * (page.level - 1));
  return path;
}

}  // namespace

std::string tale_of_two_paths(story s, const smt::witness& w, const x86::features& features, const parent& one,
                              const parent& other, const shared_access& via) {
  s.features(features);
  const laid_path paths[] = {lay(w, one, via, 0x60), lay(w, other, via, 0x68)};
  const register_values* written[] = {&one.written, &other.written};
  for (const laid_path& path : paths) {
    for (const laid_path::store& p : path.pointers) s.poke_early(p.gpa, p.bytes, p.value);
  }
  for (unsigned n = 0; n < 2; ++n) {
    s.line("vcpu " + std::to_string(n));
    s.registers(*written[n], paths[n].cr3);
  }
  // Whichever path allows the access makes the page; the other must not profit from it. Both may go by one guest table,
  // at different times.
  for (const unsigned n : {0u, 1u, 0u}) {
    for (const laid_path::store& p : paths[n].tables) s.patch(p.gpa, p.bytes, p.value);
    s.line("vcpu " + std::to_string(n));
    s.access(word{paths[n].gva}, via.by);
  }
  return s.text();
}

}  // namespace umbra::proofs
