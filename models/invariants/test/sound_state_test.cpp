// States that the real core builds, in every paging mode: nothing is wrong with them.
#include <random>

#include "models/invariants/test/bench.hpp"
#include "models/invariants/test/held.hpp"

namespace umbra::invariants {
namespace {

class sound_state : public ::testing::Test, public bench {};

TEST_F(sound_state, before_the_first_access) { EXPECT_EQ(check().which, id::none) << check(); }

TEST_F(sound_state, paging_off) {
  for (std::uint64_t gva = 0; gva < 192 << 12; gva += 0x7000) EXPECT_TRUE(write(0, gva));
  EXPECT_FALSE(touch(0, 0x8000'0000));
  EXPECT_EQ(check().which, id::none) << check();
}

TEST_F(sound_state, bits32) {
  bits32(0);
  for (unsigned n = 0; n < 8; ++n) EXPECT_TRUE(write(0, n * 0x9'0000));
  EXPECT_TRUE(write(0, 0x40'0000 + 0x4'0000));
  EXPECT_EQ(check().which, id::none) << check();
}

TEST_F(sound_state, a_read_of_one_half_of_a_large_page_and_a_write_of_the_other) {
  put_slot(2, {.base = {512}, .pages = 8, .userspace_page = 240});
  bits32(0);
  EXPECT_TRUE(touch(0, 0x40'0000 + 0x4'0000));
  EXPECT_TRUE(write(0, 0x60'0000));
  EXPECT_EQ(check().which, id::none) << check();
}

TEST_F(sound_state, pae) {
  pae(0);
  for (unsigned n = 0; n < 8; ++n) EXPECT_TRUE(write(0, n << 12));
  EXPECT_TRUE(write(0, 0xc000'0000));
  EXPECT_TRUE(write(0, 0x20'0000 + 0x4'0000));
  EXPECT_FALSE(touch(0, 0x4000'0000));
  EXPECT_EQ(check().which, id::none) << check();
}

TEST_F(sound_state, without_write_protection_of_supervisors) {
  for (const std::uint64_t cr4 : {std::uint64_t{0}, x86::cr4::smep, x86::cr4::smap}) {
    level4(0, 0, cr4);
    EXPECT_EQ(write(0, at::read_only), cr4 != x86::cr4::smap);
    EXPECT_EQ(check().which, id::none) << check();
  }
}

TEST_F(sound_state, two_vcpus_in_different_modes) {
  level4(0);
  bits32(1);
  for (unsigned n = 0; n < 8; ++n) EXPECT_TRUE(write(1, n * 0x9'0000));
  EXPECT_TRUE(write(0, at::user));
  EXPECT_TRUE(write(0, at::huge));
  EXPECT_EQ(check().which, id::none) << check();
  shadow().zap_all();
  EXPECT_EQ(check().which, id::none) << check();
}

/// Random guests, VMMs and modes: no check finds anything, and the stepwise one is no harsher than the full one.
class any_mix : public sound_state, public ::testing::WithParamInterface<unsigned> {
 protected:
  void SetUp() override {
    for (unsigned n = 0; n < used.size(); ++n) originals_[n] = peek(used[n]) | a;
  }
  std::uint64_t pick(std::uint64_t n) { return random_() % n; }

  void change_mode(unsigned v) {
    hardware().cpu(v).leave();
    EXPECT_TRUE(cpu(v).write_cr0(0));
    EXPECT_TRUE(cpu(v).write_cr4(0));
    EXPECT_TRUE(cpu(v).write_efer(0));
    switch (pick(6)) {
      case 0:
        bits32(v);
        break;
      case 1:
        pae(v);
        break;
      default:
        level4(v, pick(2) ? x86::cr0::wp : 0, pick(2) ? x86::cr4::smep : 0);
    }
  }
  /// What an entry of a guest table may be overwritten with: mostly what it was at first, with other rights.
  std::uint64_t some_entry(std::uint64_t original, std::uint64_t current) {
    const std::uint64_t rights = pick(256) & (w | u | a | d);
    switch (pick(8)) {
      case 0:
        return 0;
      case 1:
        return (place::data + pick(8)) << 12 | p | rights | (pick(8) ? 0 : ps);
      case 2:
      case 3:
        return current | std::uint64_t{1} << (pick(2) ? 14 : 45);  // reserved in a large page; beyond MAXPHYADDR
      default:
        return pick(2) ? original : (original & ~(w | u)) | rights;
    }
  }
  void act(unsigned v, std::vector<touched_bytes>& bytes, bool& everything) {
    everything = false;
    switch (pick(24)) {
      case 0:
        return change_mode(v);
      case 1:
        everything = true;
        return log(0, pick(2));
      case 2:
        shadow().reclaim(static_cast<unsigned>(pick(60)));
        return;
      case 3:
        if (pick(4) == 0) shadow().zap_all();
        return;
      case 4:
      case 5:
      case 6:
      case 7: {
        // A table entry that is in use, or data, written through the core.
        const bool table = pick(4) != 0;
        const unsigned n = static_cast<unsigned>(pick(used.size()));
        const std::uint64_t gpa = table ? used[n] : (place::data << 12) + pick(4096) * 8;
        EXPECT_TRUE(shadow().write_physical({gpa}, some_entry(table ? originals_[n] : 0, peek(gpa)), 8));
        bytes.push_back({machine::first_guest_frame + (gpa >> 12), static_cast<unsigned>(gpa & 0xfff), 8});
        return;
      }
      case 8:
        hardware().cpu(v).leave();
        cpu(v).invlpg({at::user});
        return;
      default: {
        static constexpr std::array<std::uint64_t, 9> bases{0x24'0000, at::user,      at::narrow, at::large, at::huge,
                                                            at::rom,   at::read_only, 0,          0x60'0000};
        const std::uint64_t gva = bases[pick(9)] + (pick(3) << 12);
        touch(v, gva, {pick(2) == 0, pick(2) == 0, false, false});
      }
    }
  }

 private:
  static constexpr std::array<std::uint64_t, 12> used{0x1000, 0x2000, 0x3000, 0x3008, 0x3010, 0x4800,
                                                      0x4808, 0x8000, 0x9000, 0xb000, 0xb008, 0xc000};
  std::array<std::uint64_t, used.size()> originals_{};
  std::mt19937_64 random_{GetParam()};
};

TEST_P(any_mix, of_accesses_modes_and_vmm_requests_is_sound) {
  for (unsigned n = 0; n < 1500; ++n) {
    std::vector<touched_bytes> bytes;
    bool everything, complete;
    act(static_cast<unsigned>(pick(2)), bytes, everything);
    const std::vector<touched_entry> entries = stored(complete);
    const violation quick = step({entries, bytes, everything || !complete});
    const violation full = check(n % 64 ? depth::usual : depth::thorough);
    ASSERT_EQ(full.which, id::none) << full << " at " << n << " (stepwise: " << quick << ')';
    ASSERT_EQ(quick.which, id::none) << quick << " at " << n;
    const violation cached = check_caches(subject(), held{hardware()}, 2);
    ASSERT_EQ(cached.which, id::none) << cached << " at " << n;
  }
}
INSTANTIATE_TEST_SUITE_P(seeds, any_mix, ::testing::Range(1u, 41u));

}  // namespace
}  // namespace umbra::invariants
