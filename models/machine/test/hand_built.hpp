// A machine whose shadow tables are built by hand, in either format, without any core.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/platform/lock.hpp"
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/page_fault.hpp"
#include "models/machine/machine.hpp"

namespace umbra::machine {

namespace bit = x86::entry;
namespace code = x86::page_fault;

constexpr std::uint64_t link_bits = bit::present | bit::write | bit::user | bit::accessed;
constexpr std::uint64_t leaf_bits = link_bits | bit::dirty;

constexpr request user_read{.user = true}, user_write{.user = true, .write = true};
constexpr request user_fetch{.user = true, .fetch = true};
constexpr request read{}, write{.write = true}, fetch{.fetch = true};

/// What VM entry asks of CR4 here.
constexpr std::uint64_t base_cr4 = x86::cr4::pae | x86::cr4::vmxe;

inline std::uint64_t frame(unsigned n) { return ram::address_of_frame(n); }

/// Shadow tables for one vCPU: `where` maps to guest frames from 0 on by way of one table a level.
class hand_built : public testing::Test {
 protected:
  hand_built() {
    hfn out;
    for (unsigned n = 0; n < 16; ++n) platform::pin(host, n, out);
  }

  void TearDown() override {
    for (unsigned n = 0; n < m.incidents().count() && n < incident_log::kept; ++n) {
      ADD_FAILURE() << "incident: " << name_of(m.incidents().at(n).kind) << ": " << m.incidents().at(n).text;
    }
  }

  /// The one incident that should have been reported; forgets it.
  incident only_incident() {
    EXPECT_EQ(m.incidents().count(), 1u);
    const incident i = m.incidents().at(0);
    m.incidents().clear();
    return i;
  }

  table* new_table() { return platform::allocate_table(host); }
  std::uint64_t at(const table* t) { return platform::address_of(host, t).value; }

  void program(unsigned id, std::uint64_t cr3, std::uint64_t efer, std::uint64_t cr4 = base_cr4) {
    platform::write_vmcs(host, id, x86::vmcs::guest_cr0,
                         x86::cr0::pe | x86::cr0::pg | x86::cr0::wp | x86::cr0::ne | x86::cr0::et);
    platform::write_vmcs(host, id, x86::vmcs::guest_cr3, cr3);
    platform::write_vmcs(host, id, x86::vmcs::guest_cr4, cr4);
    platform::write_vmcs(host, id, x86::vmcs::guest_efer, efer);
    platform::write_vmcs(host, id, x86::vmcs::vpid, id + 1);
  }

  /// 4-level tables; pt[0..7] map frames 0..7 at `where`.
  void build_level4() {
    pml4 = new_table(), pdpt = new_table(), pd = new_table(), pt = new_table();
    pml4->set(where >> 39 & 511, at(pdpt) | link_bits);
    pdpt->set(where >> 30 & 511, at(pd) | link_bits);
    pd->set(where >> 21 & 511, at(pt) | link_bits);
    for (unsigned n = 0; n < 8; ++n) pt->set((where >> 12 & 511) + n, frame(n) | leaf_bits);
  }
  void enter_level4(std::uint64_t cr4 = base_cr4, unsigned id = 0) {
    program(id, at(pml4), long_mode, cr4);
    ASSERT_TRUE(m.cpu(id).enter());
  }

  /// PAE tables: a low table of four roots, of which root 1 leads to pd and pt.
  void build_pae() {
    roots = platform::allocate_low_table(host);
    pd = new_table(), pt = new_table();
    roots->set(where_pae >> 30, at(pd) | bit::present);
    pd->set(where_pae >> 21 & 511, at(pt) | link_bits);
    for (unsigned n = 0; n < 8; ++n) pt->set((where_pae >> 12 & 511) + n, frame(n) | leaf_bits);
  }
  void enter_pae(std::uint64_t cr4 = base_cr4, unsigned id = 0) {
    program(id, at(roots), x86::efer::nxe, cr4);
    ASSERT_TRUE(m.cpu(id).enter());
  }

  /// Leaves and enters again, as an exit does that the core answers without changing the VMCS.
  void round_trip(unsigned id = 0) {
    m.cpu(id).leave();
    ASSERT_TRUE(m.cpu(id).enter());
  }

  result access(std::uint64_t gva, request by = {}, unsigned id = 0) { return m.cpu(id).access(gva, by); }

  static constexpr std::uint64_t long_mode = x86::efer::nxe | x86::efer::lme | x86::efer::lma;
  static constexpr std::uint64_t where = 0xffff'8123'4567'8000, where_pae = 0x5234'5000;

  machine m;
  platform::host& host = m.host();
  table *pml4 = nullptr, *pdpt = nullptr, *pd = nullptr, *pt = nullptr, *roots = nullptr;
};

inline void expect_at(const result& r, std::uint64_t hpa) {
  EXPECT_TRUE(r.ok);
  EXPECT_EQ(r.what, answer::translated);
  EXPECT_EQ(r.hpa, hpa);
}

inline void expect_fault(const result& r, std::uint64_t error_code) {
  EXPECT_FALSE(r.ok);
  EXPECT_EQ(r.what, answer::page_fault);
  EXPECT_EQ(r.error_code, error_code);
}

}  // namespace umbra::machine
