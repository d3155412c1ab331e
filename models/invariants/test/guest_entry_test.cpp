// How the checkers read guest entries and decode roles, against the reference model asked directly.
#include "models/invariants/guest_entry.hpp"

#include <cstring>
#include <random>

#include "models/invariants/test/bench.hpp"
#include "models/reference/reserved.hpp"

namespace umbra::invariants {
namespace {

using mmu::paging;

template <class Format>
void compare(const page_facts& p, const reference::registers& r, std::uint64_t raw) {
  const guest_entry g = read_guest(p, 0);
  const bool well_formed = (raw & 1) && !(raw & reference::reserved_bits<Format>(p.level, raw, r));
  EXPECT_EQ(g.valid, well_formed) << std::hex << raw;
  EXPECT_EQ(g.raw, raw);
  EXPECT_EQ(g.large, p.level > 1 && Format::maps_page(p.level, raw, r)) << std::hex << raw;
}

TEST(guest_entry, is_what_the_reference_model_says) {
  std::mt19937_64 random(5);
  bench b;
  b.level4(0);
  ASSERT_TRUE(b.touch(0, at::user));
  for (unsigned n = 0; n < 20000; ++n) {
    const auto format = static_cast<paging>(2 + n % 3);
    const unsigned level = 1 + static_cast<unsigned>(random() % (format == paging::level4 ? 4 : 2));
    mmu::mode m;
    m.format = format;
    m.wp = random() & 1, m.nxe = format != paging::bits32 && random() & 1, m.smep = random() & 1, m.smap = random() & 1;
    m.pse = format == paging::bits32 && random() & 1;
    m.gbpages = format == paging::level4 && random() & 1;
    m.maxphyaddr = 32 + static_cast<unsigned>(random() % 21);
    reference::registers r;
    r.cr0 = x86::cr0::pe | x86::cr0::pg | when(m.wp, x86::cr0::wp);
    r.cr4 = when(format != paging::bits32, x86::cr4::pae) | when(m.smep, x86::cr4::smep) |
            when(m.smap, x86::cr4::smap) | when(m.pse, x86::cr4::pse);
    r.efer = when(m.nxe, x86::efer::nxe) | when(format == paging::level4, x86::efer::lma | x86::efer::lme);
    r.cpuid.maxphyaddr = m.maxphyaddr;
    r.cpuid.gbpages = m.gbpages;

    const mmu::role role = mmu::role::of(m, level);
    EXPECT_EQ(key_of(role), key_of(r));
    // A page of that role, over a table of the bench's.
    mmu::page page = *b.leaf(at::user).page;
    page.role = role, page.level = level, page.format = format, page.maxphyaddr = m.maxphyaddr;
    page_facts facts;
    role_reader roles;
    const violation v = decode(b.subject(), roles, page, facts);
    ASSERT_FALSE(v) << v;
    std::uint64_t raw = random() & random();
    if (random() & 1) raw &= (std::uint64_t{1} << m.maxphyaddr) - 1;
    if (format == paging::bits32) raw &= 0xffff'ffff;
    raw |= random() & 1;
    const std::byte* const table = facts.guest;
    std::memcpy(const_cast<std::byte*>(table), &raw, format == paging::bits32 ? 4 : 8);
    if (format == paging::bits32) compare<reference::bits32>(facts, r, raw);
    if (format == paging::pae) compare<reference::pae>(facts, r, raw);
    if (format == paging::level4) compare<reference::level4>(facts, r, raw);
  }
}

TEST(guest_index, splits_tables_of_1024_entries) {
  page_facts p;
  p.mode = {static_cast<std::uint32_t>(paging::bits32)};
  p.level = 1;
  p.quadrant = 1;
  EXPECT_EQ(guest_index(p, 5), 517u);
  p.level = 2;
  p.quadrant = 3;
  EXPECT_EQ(guest_index(p, 4), 770u);
  EXPECT_EQ(guest_index(p, 5), 770u);
  p.mode = {static_cast<std::uint32_t>(paging::pae)};
  p.quadrant = 0;
  EXPECT_EQ(guest_index(p, 5), 5u);
}

TEST(text, names_every_id) {
  EXPECT_EQ(text(id::i7a_child), "I7a child");
  EXPECT_EQ(short_text(id::i10_roots), "I10");
  for (unsigned n = 0; n < id_count; ++n) EXPECT_NE(text(static_cast<id>(n)), "?");
}

}  // namespace
}  // namespace umbra::invariants
