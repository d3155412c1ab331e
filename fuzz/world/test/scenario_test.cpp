// What ops come to in each paging mode, on the scene of guest tables.
#include "fuzz/world/test/programs.hpp"

namespace umbra::fuzz {
namespace {

class each_mode : public world_test, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    start(std::string("start ") + GetParam() + "\nscene 1\nflags wp nxe pse\n");
    w->check_each(true);
  }
};

INSTANTIATE_TEST_SUITE_P(modes, each_mode, testing::Values("real", "paging_off", "bits32", "pae", "level4"));

TEST_P(each_mode, data_and_instructions_are_where_the_tables_say) {
  EXPECT_EQ(access("write 0x90010 8 = 0x1122334455667788").host[0], host(0x90) + 0x10);
  const outcome back = access("read 0x90014 4");
  EXPECT_EQ(back.ending, ending::done);
  EXPECT_EQ(back.value, 0x11223344u);
  EXPECT_EQ(access("fetch 0x90010").value, 0x88u);
  finish();
}

TEST_P(each_mode, an_access_across_a_page_boundary_is_one_access) {
  const outcome written = access("write 0x90ffd 8 = 0x8877665544332211");
  EXPECT_EQ(written.host[0], host(0x90) + 0xffd);
  EXPECT_EQ(written.host[1], host(0x91));
  EXPECT_EQ(access("read 0x90ffd 8").value, 0x8877665544332211u);
  finish();
}

TEST_P(each_mode, a_program_of_everything_has_no_finding) {
  for (const char* line : {"read 0x90000 8",
                           "vcpu 1",
                           "write 0x8f000 4 = 5",
                           "log 0 on",
                           "write 0x8f004 4 = 6",
                           "read-log 0",
                           "invlpg 0x90000",
                           "write 0x90ffc 8 = 0x1",
                           "speculate 1 0x91000",
                           "vcpu 0",
                           "alias 0 at 0x40000 pages 16 target 0x80",
                           "read 0x8f000 4",
                           "slot 2 at 0x200 pages 8 backing 0xe0 read-only",
                           "slot 0 at 0x0 pages 100 backing 0",
                           "read 0x90000 8",
                           "exhaust 0x0 40",
                           "reclaim 1000",
                           "zap-all",
                           "read 0x20000 8",
                           "patch 0x8000 8 = 0",
                           "cr3 = 0x1000",
                           "slot 0 delete",
                           "read 0x1000 8"}) {
    step(line);
  }
  EXPECT_EQ(w->counts().ops, 23u);
  finish();
}

TEST_F(world_test, a_register_write_that_faults_changes_nothing) {
  start("start level4\nscene 1\n");
  const word before = w->registers(0).cr0;
  step("cr0 = 0x80000000");
  EXPECT_FALSE(eyes.answer);
  EXPECT_EQ(w->registers(0).cr0, before);
  step("cr3 = 0x2000");
  EXPECT_TRUE(eyes.answer);
  finish();
}

TEST_F(world_test, faults_tell_code_and_address) {
  start("start level4\nscene 1\nflags wp nxe\n");
  const outcome o = access("write 0x90ffd 8 = 1 cpl 3");
  EXPECT_EQ(o.ending, ending::page_fault);
  EXPECT_EQ(o.address, 0x91000u) << "the second page is the supervisor's";
  EXPECT_EQ(o.error_code, 7u);
  EXPECT_EQ(w->counts().guest_faults, 1u);
  finish();
}

TEST_F(world_test, holes_and_read_only_memory_leave_to_the_vmm) {
  start("start paging_off\n");
  EXPECT_EQ(access("read 0xc0000 4").ending, ending::mmio);
  step("slot 2 at 0x200 pages 8 backing 0xe0 read-only");
  EXPECT_EQ(access("read 0x200000 4").ending, ending::done);
  const outcome o = access("write 0x200000 4 = 1");
  EXPECT_EQ(o.ending, ending::mmio);
  EXPECT_EQ(o.address, 0x200000u);
  finish();
}

TEST_F(world_test, a_root_outside_memory_shuts_the_vcpu_down) {
  start("start level4\nscene 1\n");
  step("cr3 = 0x80000000");
  EXPECT_EQ(access("read 0x90000 8").ending, ending::shutdown);
  finish();
}

TEST_F(world_test, a_write_to_a_table_in_use_is_emulated) {
  start("start level4\nscene 1\nflags wp nxe\n");
  EXPECT_EQ(access("read 0x400000 8").host[0], host(0x90));
  const outcome o = access("write 0xd000 8 = 0xa0067");  // the first entry of the table that mapped it
  EXPECT_EQ(o.ending, ending::done);
  EXPECT_TRUE(o.emulated);
  step("invlpg 0x400000");
  EXPECT_EQ(access("read 0x400000 8").host[0], host(0xa0));
  finish();
}

TEST_F(world_test, a_write_to_a_table_that_nobody_can_emulate_is_made_by_hardware) {
  start("start level4\nscene 1\nflags wp nxe\n");
  EXPECT_EQ(access("read 0x400000 8").host[0], host(0x90));
  const outcome o = access("write 0xd000 8 = 0xa0067 undecodable");
  EXPECT_EQ(o.ending, ending::done);
  EXPECT_FALSE(o.emulated);
  EXPECT_EQ(o.unprotected, 1u);
  step("invlpg 0x400000");
  EXPECT_EQ(access("read 0x400000 8").host[0], host(0xa0));
  finish();
}

TEST_F(world_test, such_a_write_to_a_table_that_its_own_translation_needs_is_given_up) {
  for (const char* mode : {"bits32", "pae", "level4"}) {
    start("start " + std::string(mode) + "\nscene 1\nflags wp nxe pse\n");
    const reference::registers& r = w->registers(0);
    // The directory or root that maps low memory, at its own address there.
    const std::uint64_t table =
        std::string(mode) == "pae" ? r.pdpte[0] & ~std::uint64_t{0xfff} : r.cr3 & ~std::uint64_t{0xfff};
    char line[80];
    std::snprintf(line, sizeof line, "write %#llx 4 = 0 undecodable", static_cast<unsigned long long>(table + 0xff8));
    const outcome o = access(line);
    EXPECT_EQ(o.ending, ending::given_up) << mode;
    EXPECT_EQ(o.unprotected, 1u) << mode;
    finish();
  }
}

TEST_F(world_test, so_is_one_to_a_root_of_another_gib) {
  start("start pae\nscene 1\nflags wp nxe pse\n");
  // Hardware loads all four directory pointers, whichever of them the write goes by.
  ASSERT_EQ(w->registers(0).pdpte[2] & ~std::uint64_t{0xfff}, 0xa000u);
  const outcome o = access("write 0xa000 8 = 0 undecodable");
  EXPECT_EQ(o.ending, ending::given_up);
  EXPECT_EQ(o.unprotected, 1u);
  finish();
}

TEST_F(world_test, and_one_that_smap_forbids_to_make_as_a_supervisor_is_given_up_at_once) {
  start("start level4\nscene 1\nflags nxe smap\n");
  step("write 0xd000 8 = 0x90065 ac");  // a user's page, read-only
  const outcome o = access("write 0x400000 8 = 1 ac undecodable");
  EXPECT_EQ(o.ending, ending::given_up);
  EXPECT_EQ(o.unprotected, 0u);
  EXPECT_EQ(access("write 0x400000 8 = 1 ac").ending, ending::done) << "by emulation";
  finish();
}

TEST_F(world_test, a_device_that_overwrites_a_table_is_followed_after_invlpg) {
  start("start level4\nscene 1\nflags wp nxe\n");
  step("read 0x400000 8");
  step("poke 0xd000 8 = 0xa0067");
  EXPECT_EQ(w->suspended(), 1u);
  EXPECT_EQ(access("read 0x400000 8").host[0], host(0x90)) << "the old translation is cached, and legal";
  EXPECT_EQ(w->counts().stale, 1u);
  step("invlpg 0x400000");
  EXPECT_EQ(access("read 0x400000 8").host[0], host(0xa0));
  EXPECT_EQ(w->suspended(), 0u);
  finish();
}

TEST_F(world_test, a_race_lands_between_two_reads) {
  start("start level4\nscene 1\nflags wp nxe\n");
  step("race 3 device 0xd000 8 = 0xa0067");  // just before the walk reads the last entry
  EXPECT_EQ(access("read 0x400000 8").host[0], host(0xa0));
  EXPECT_EQ(w->counts().races, 1u);
  finish();
}

TEST_F(world_test, a_table_that_changes_before_it_is_protected_is_read_again) {
  start("start level4\nscene 1\nflags wp nxe\n");
  step("vcpu 1");
  step("cr3 = 0x1000");
  step("write 0x11000 8 = 0x90067");  // the other vCPU can now write that table without an exit
  step("vcpu 0");
  // After the walk's four reads, as the A bit of the entry above is set; before the table is write-protected.
  step("race 4 vcpu 0x11000 8 = 0xa0067");
  EXPECT_EQ(access("read 0x3fe00000 8").host[0], host(0xa0));
  EXPECT_EQ(w->counts().races, 1u);
  finish();
}

TEST_F(world_test, effective_ops_are_those_that_did_something) {
  start("start paging_off\n");
  for (const char* line : {"vcpu 0", "slot 9 delete", "log 2 on", "cr0 = 0x80000000", "read-log 0",
                           "race 0 vmm 0x1000 8 = 1", "zap-all"}) {
    step(line);
  }
  EXPECT_EQ(w->counts().effective, 0u);
  for (const char* line : {"read 0x1000 1", "invlpg 0x1000", "log 0 on", "vcpu 1"}) step(line);
  EXPECT_EQ(w->counts().effective, 4u);
  EXPECT_EQ(w->counts().faulting, 1u);
  finish();
}

}  // namespace
}  // namespace umbra::fuzz
