// Page faults: code and address as the access has them, and nothing changed.
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using x86::exception;
namespace entry = x86::entry;
namespace pf = x86::page_fault;

class paging : public rig {
 protected:
  void page_faults(const std::vector<unsigned>& bytes, std::uint64_t error, std::uint64_t address) {
    const result r = step(bytes);
    ASSERT_EQ(r.next, verdict::fault);
    EXPECT_EQ(r.event.vector, exception::page_fault);
    EXPECT_TRUE(r.event.has_code);
    EXPECT_EQ(r.event.code, error);
    EXPECT_EQ(r.event.address.value, address);
    EXPECT_EQ(regs().general.rip, code_at);
  }
  void set_page(std::uint64_t page, std::uint64_t bits) { put(page_entry(page), page << 12 | bits, 8); }
  std::uint64_t page_bits(std::uint64_t page) { return peek(page_entry(page), 8) & 0xfff; }

  static constexpr std::uint64_t all = entry::present | entry::write | entry::user;
};

TEST_F(paging, a_read_a_write_and_a_fetch_have_their_codes) {
  long_mode();
  set_page(2, 0);
  gpr(rbx, data_at + 8);
  page_faults({0x8b, 0x03}, 0, data_at + 8);
  page_faults({0x89, 0x03}, pf::write, data_at + 8);
  set_page(2, entry::present | entry::user);
  page_faults({0x89, 0x03}, pf::write | pf::present, data_at + 8);
  regs().general.rip = 0x200000;
  const result r = emulator_.step();
  EXPECT_EQ(r.event.code, 0u) << "I/D is set only with NXE or SMEP";
  EXPECT_EQ(r.event.address.value, 0x200000u);
}

TEST_F(paging, a_destination_that_is_read_first_faults_as_a_write) {
  long_mode();
  set_page(2, entry::present | entry::user);
  gpr(rbx, data_at);
  page_faults({0x01, 0x03}, pf::write | pf::present, data_at);        // add [rbx], eax
  page_faults({0xff, 0x03}, pf::write | pf::present, data_at);        // inc
  page_faults({0x0f, 0xb1, 0x0b}, pf::write | pf::present, data_at);  // cmpxchg
  page_faults({0x0f, 0xab, 0x03}, pf::write | pf::present, data_at);  // bts
  page_faults({0x87, 0x03}, pf::write | pf::present, data_at);        // xchg
  page_faults({0x0f, 0xc7, 0x0b}, pf::write | pf::present, data_at);  // cmpxchg8b
  runs({0x39, 0x03});                                                 // cmp only reads
  regs().general.rip = code_at;
  runs({0x0f, 0xa3, 0x03});  // bt
}

TEST_F(paging, users_are_users) {
  long_mode(3);
  set_page(2, entry::present | entry::write);
  gpr(rbx, data_at);
  page_faults({0x8b, 0x03}, pf::user | pf::present, data_at);
}

TEST_F(paging, the_map_of_ports_is_read_by_the_processor_itself) {
  constexpr std::uint64_t tss_at = 0x9000;
  long_mode(3);
  segment(vcpu::segment_name::tr) = {
      0x28, tss_at, 103 + 0x20, x86::segment_rights::present | x86::segment_rights::tss | x86::segment_rights::busy};
  put(tss_at + 102, 104, 2);
  set_page(9, entry::present);
  gpr(rdx, 0x42);
  EXPECT_EQ(step({0xec}).next, verdict::device) << "neither the user's rights count nor a right to write";
  regs().general.rip = code_at;
  set_page(9, 0);
  page_faults({0xec}, 0, tss_at + 102);
}

TEST_F(paging, smap_is_lifted_by_ac) {
  long_mode();
  ASSERT_TRUE(cpu_.write_cr4(x86::cr4::pae | x86::cr4::smap));
  gpr(rbx, data_at);
  page_faults({0x8b, 0x03}, pf::present, data_at);
  flags(x86::rflags::ac);
  runs({0x8b, 0x03});
}

TEST_F(paging, an_operand_across_pages_faults_where_it_cannot_be) {
  long_mode();
  set_page(3, 0);
  gpr(rbx, 0x2ffc);
  gpr(rax, ~0ull);
  put(0x2ffc, 0, 4);
  page_faults({0x48, 0x8b, 0x03}, 0, 0x3000);
  page_faults({0x48, 0x89, 0x03}, pf::write, 0x3000);
  EXPECT_EQ(peek(0x2ffc, 4), 0u) << "not even the first half is written";
  set_page(3, all);
  runs({0x48, 0x89, 0x03});
  EXPECT_EQ(peek(0x2ffc, 4), 0xffff'ffffu);
  EXPECT_EQ(peek(0x3000, 4), 0xffff'ffffu);
}

TEST_F(paging, several_writes_happen_all_or_not_at_all) {
  protected_mode();
  put(0x10000, 0x11000 | all, 4);  // a table for 32-bit paging, pages 0 to 1023
  for (std::uint64_t n = 0; n < 256; ++n) put(0x11000 + 4 * n, n << 12 | all, 4);
  ASSERT_TRUE(cpu_.write_cr3(0x10000));
  put(0x11000 + 4 * 7, 0, 4);
  ASSERT_TRUE(cpu_.write_cr0(x86::cr0::pe | x86::cr0::pg));
  gpr(rsp, 0x8010);
  for (unsigned n = 0; n < 4; ++n) put(0x8000 + 4 * n, 0x55555555, 4);
  page_faults({0x60}, pf::write, 0x7ffc);  // pusha: four registers fit before the page ends
  for (unsigned n = 0; n < 4; ++n) EXPECT_EQ(peek(0x8000 + 4 * n, 4), 0x55555555u);
  EXPECT_EQ(gpr(rsp), 0x8010u);
}

TEST_F(paging, accessed_and_dirty_bits_follow_the_access) {
  long_mode();
  gpr(rbx, data_at);
  runs({0x8b, 0x03});
  EXPECT_EQ(page_bits(2), all | entry::accessed);
  regs().general.rip = code_at;
  runs({0x01, 0x03});
  EXPECT_EQ(page_bits(2), all | entry::accessed | entry::dirty);
  EXPECT_EQ(page_bits(code_at >> 12), all | entry::accessed);
}

TEST_F(paging, a_guest_table_that_changes_under_the_walk_repeats_the_instruction) {
  long_mode();
  gpr(rbx, data_at);
  code({0x8b, 0x03});
  // The walk reads four entries and then sets A in them: just before that, the last one changes.
  static machine::machine* machine = nullptr;
  machine = &host_;
  emulator_.step();  // A is set for the code
  regs().general.rip = code_at;
  put(page_entry(2), 0x2000 | all, 8);
  // The fetch walks four entries and reads two units; the data walk follows. Its fifth read is the exchange.
  ASSERT_TRUE(host_.arm_race(
      4 + 2 + 4, [](void*) { machine->memory().store(backing(page_entry(2)), 0x3000 | all, 8); }, nullptr));
  EXPECT_EQ(emulator_.step().next, verdict::again);
  EXPECT_EQ(regs().general.rip, code_at);
  put(0x3000, 0x77, 4);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_EQ(gpr(rax), 0x77u);
}

TEST_F(paging, a_write_to_a_shadowed_table_changes_what_it_maps) {
  long_mode();
  ASSERT_EQ(cpu_.enter(), mmu::verdict::resume);
  ASSERT_EQ(cpu_.page_fault({data_at}, {}).next, mmu::verdict::resume);
  ASSERT_TRUE(host_.cpu(0).enter());
  EXPECT_TRUE(host_.cpu(0).probe(data_at, {}).ok);
  host_.cpu(0).leave();
  gpr(rbx, page_entry(2));
  gpr(rax, 0);
  gpr(rcx, 0x5000 | all);
  runs({0x48, 0x89, 0x0b});  // mov [rbx], rcx
  ASSERT_EQ(cpu_.enter(), mmu::verdict::resume);
  ASSERT_TRUE(host_.cpu(0).enter());
  EXPECT_FALSE(host_.cpu(0).probe(data_at, {}).ok);
  host_.cpu(0).leave();
  ASSERT_EQ(cpu_.page_fault({data_at}, {}).next, mmu::verdict::resume);
  ASSERT_TRUE(host_.cpu(0).enter());
  EXPECT_EQ(host_.cpu(0).probe(data_at, {}).hpa, backing(0x5000));
  host_.cpu(0).leave();
}

}  // namespace
}  // namespace umbra::emulate
