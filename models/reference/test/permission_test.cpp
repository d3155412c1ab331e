// Access rights and error codes: every row of 4.6.1 and 4.7.
#include <gtest/gtest.h>

#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {
namespace {

constexpr rights supervisor_rw{.write = true, .user = false}, supervisor_ro{.write = false, .user = false}, user_rw{},
    user_ro{.write = false};

registers plain() {
  registers r = level4_registers();
  r.cr0 &= ~x86::cr0::wp;
  return r;
}
registers with(std::uint64_t cr0, std::uint64_t cr4) {
  registers r = plain();
  r.cr0 |= cr0;
  r.cr4 |= cr4;
  return r;
}

TEST(permission, sdm_4_6_1_user_mode_needs_user_pages) {
  for (const access& by : {user_read, user_write, user_fetch}) {
    EXPECT_TRUE(permitted(user_rw, by, plain()));
    EXPECT_FALSE(permitted(supervisor_rw, by, plain()));
  }
}

TEST(permission, sdm_4_6_1_user_writes_need_rw_whatever_wp) {
  EXPECT_FALSE(permitted(user_ro, user_write, plain()));
  EXPECT_FALSE(permitted(user_ro, user_write, with(x86::cr0::wp, 0)));
  EXPECT_TRUE(permitted(user_ro, user_read, plain()));
  EXPECT_TRUE(permitted(user_ro, user_fetch, plain()));
}

TEST(permission, sdm_4_6_1_supervisor_writes_need_rw_only_with_wp) {
  for (const rights& page : {supervisor_ro, user_ro}) {
    EXPECT_TRUE(permitted(page, write_, plain()));
    EXPECT_FALSE(permitted(page, write_, with(x86::cr0::wp, 0)));
    EXPECT_TRUE(permitted(page, read, with(x86::cr0::wp, 0)));
  }
  EXPECT_TRUE(permitted(supervisor_rw, write_, with(x86::cr0::wp, 0)));
}

TEST(permission, sdm_4_6_1_smep_denies_supervisor_fetches_from_user_pages) {
  const registers r = with(0, x86::cr4::smep);
  EXPECT_TRUE(permitted(user_rw, fetch, plain()));
  EXPECT_FALSE(permitted(user_rw, fetch, r));
  EXPECT_FALSE(permitted(user_rw, fetch_ac, r));
  EXPECT_TRUE(permitted(supervisor_rw, fetch, r));
  EXPECT_TRUE(permitted(user_rw, user_fetch, r));
  EXPECT_TRUE(permitted(user_rw, read, r));
}

TEST(permission, sdm_4_6_1_smap_denies_supervisor_data_on_user_pages_unless_ac) {
  const registers r = with(0, x86::cr4::smap);
  EXPECT_FALSE(permitted(user_rw, read, r));
  EXPECT_FALSE(permitted(user_rw, write_, r));
  EXPECT_TRUE(permitted(user_rw, read_ac, r));
  EXPECT_TRUE(permitted(user_rw, write_ac, r));
  EXPECT_TRUE(permitted(user_rw, fetch, r));
  EXPECT_TRUE(permitted(user_rw, user_read, r));
  EXPECT_TRUE(permitted(supervisor_rw, read, r));
  EXPECT_TRUE(permitted(user_ro, write_ac, r));  // WP = 0
  EXPECT_FALSE(permitted(user_ro, write_ac, with(x86::cr0::wp, x86::cr4::smap)));
}

TEST(permission, sdm_4_6_1_xd_denies_fetches_alone) {
  const rights no_fetch{.execute = false};
  EXPECT_FALSE(permitted(no_fetch, fetch, plain()));
  EXPECT_FALSE(permitted(no_fetch, user_fetch, plain()));
  EXPECT_TRUE(permitted(no_fetch, user_read, plain()));
  EXPECT_TRUE(permitted(no_fetch, user_write, plain()));
}

TEST(permission, sdm_4_6_1_rights_are_those_of_every_entry) {
  const rights first = narrowed<level4>({}, present | write | no_execute);
  EXPECT_TRUE(first.write);
  EXPECT_FALSE(first.user);
  EXPECT_FALSE(first.execute);
  const rights second = narrowed<level4>(first, present | user);
  EXPECT_FALSE(second.write);
  EXPECT_FALSE(second.user);
  EXPECT_FALSE(second.execute);
  EXPECT_TRUE(narrowed<bits32>({}, present | no_execute).execute);  // 32-bit entries have no XD flag
}

TEST(error_code, sdm_4_7_present_write_user_reserved) {
  const registers r = plain();
  EXPECT_EQ(error_code({.not_present = true}, read, r), 0u);
  EXPECT_EQ(error_code({}, read, r), 1u);
  EXPECT_EQ(error_code({}, write_, r), 3u);
  EXPECT_EQ(error_code({}, user_write, r), 7u);
  EXPECT_EQ(error_code({.not_present = true}, user_write, r), 6u);
  EXPECT_EQ(error_code({.reserved = true}, read, r), 9u);
  EXPECT_EQ(error_code({.reserved = true}, user_write, r), 15u);
}

TEST(error_code, sdm_4_7_fetch_needs_smep_or_pae_with_nxe) {
  registers r = plain();
  EXPECT_EQ(error_code({}, user_fetch, r), 0x15u);
  r.efer &= ~x86::efer::nxe;
  EXPECT_EQ(error_code({}, user_fetch, r), 0x5u);
  r.cr4 |= x86::cr4::smep;
  EXPECT_EQ(error_code({}, user_fetch, r), 0x15u);
  registers legacy = bits32_registers();
  legacy.efer = x86::efer::nxe;
  EXPECT_EQ(error_code({}, fetch, legacy), 0x1u);  // NXE counts only with CR4.PAE
  legacy.cr4 |= x86::cr4::smep;
  EXPECT_EQ(error_code({}, fetch, legacy), 0x11u);
  EXPECT_EQ(error_code({}, read, legacy), 0x1u);
}

}  // namespace
}  // namespace umbra::reference::test
