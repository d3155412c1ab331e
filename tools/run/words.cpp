#include "tools/run/words.hpp"

#include <fmt/format.h>

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/page_fault.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::tools {

namespace {

struct named_bit {
  std::uint64_t mask;
  const char* name;
};

template <std::size_t N>
std::string named(std::uint64_t value, const named_bit (&bits)[N], const char* between) {
  std::string out;
  for (const named_bit& b : bits) {
    if ((value & b.mask) != 0) out += (out.empty() ? "" : between) + std::string(b.name);
  }
  return out;
}

const char* name_of(mmu::paging p) {
  switch (p) {
    case mmu::paging::none:
      return "paging off";
    case mmu::paging::bits32:
      return "32-bit paging";
    case mmu::paging::pae:
      return "PAE paging";
    case mmu::paging::level4:
      return "4-level paging";
  }
  return "?";
}

}  // namespace

std::string bits_of_guest_entry(std::uint64_t entry, unsigned bytes) {
  using namespace x86::entry;
  if ((entry & present) == 0) return "-";
  constexpr named_bit bits[] = {{present, "P"}, {write, "W"},  {user, "U"},   {accessed, "A"},
                                {dirty, "D"},   {large, "PS"}, {global, "G"}, {no_execute, "XD"}};
  return named(bytes == 4 ? entry & 0xffff'ffff : entry, bits, " ");
}

std::string bits_of_shadow_entry(std::uint64_t entry) { return bits_of_guest_entry(entry, 8); }

const char* name_of_entry(unsigned level) {
  static constexpr const char* names[] = {"?", "PTE", "PDE", "PDPTE", "PML4E"};
  return names[level <= 4 ? level : 0];
}

std::string role_in_words(const mmu::role& r) {
  const mmu::rights a = r.access();
  const std::string modifiers = fmt::format("{}{}{}{}{}", r.wp() ? " WP" : "", r.nxe() ? " NXE" : "",
                                            r.smep() ? " SMEP" : "", r.smap() ? " SMAP" : "", r.pse() ? " PSE" : "");
  return fmt::format("{}{}{}{}{}{}", r.direct() ? "direct " : "",
                     r.quadrant() != 0 ? fmt::format("q{} ", r.quadrant()) : "", a.write ? "w" : "-",
                     a.user ? "u" : "-", a.execute ? "x" : "-", modifiers);
}

std::string error_code_in_words(std::uint64_t code) {
  using namespace x86::page_fault;
  constexpr named_bit bits[] = {{write, "write"}, {user, "user"}, {reserved, "reserved bit"}, {fetch, "fetch"}};
  const std::string rest = named(code, bits, ", ");
  return fmt::format("{:#x} ({}{}{})", code, (code & present) != 0 ? "present" : "not present",
                     rest.empty() ? "" : ", ", rest);
}

std::string mode_in_words(const reference::registers& r) {
  const mmu::paging format = !reference::paging(r)       ? mmu::paging::none
                             : reference::uses_32bit(r)  ? mmu::paging::bits32
                             : reference::uses_4level(r) ? mmu::paging::level4
                                                         : mmu::paging::pae;
  std::string out = name_of(format);
  if (format == mmu::paging::none) return out;
  if (reference::write_protect(r)) out += " WP";
  if (reference::no_execute_enabled(r)) out += " NXE";
  if (reference::smep(r)) out += " SMEP";
  if (reference::smap(r)) out += " SMAP";
  if (reference::global_pages(r)) out += " PGE";
  if ((r.cr4 & x86::cr4::pse) != 0) out += " PSE";
  return out;
}

const char* verdict_in_words(mmu::verdict v) {
  switch (v) {
    case mmu::verdict::resume:
      return "resume";
    case mmu::verdict::retry:
      return "retry: the guest raced";
    case mmu::verdict::inject:
      return "inject a page fault";
    case mmu::verdict::emulate:
      return "emulate the write";
    case mmu::verdict::mmio:
      return "leave for MMIO";
    case mmu::verdict::shutdown:
      return "shut down: no root table";
  }
  return "?";
}

}  // namespace umbra::tools
