// IN, OUT, INS and OUTS: what userspace is asked, and who may (SDM volume 1, chapter 18).
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::exception;
namespace rflags = x86::rflags;

class ports : public rig {
 protected:
  io::request& request() { return emulator_.request(); }
  void asks(const result& r, bool write, std::uint64_t port, unsigned bytes, unsigned count) {
    ASSERT_EQ(r.next, verdict::device);
    EXPECT_EQ(request().space, io::space::port);
    EXPECT_EQ(request().write, write);
    EXPECT_EQ(request().address, port);
    EXPECT_EQ(request().bytes, bytes);
    EXPECT_EQ(request().count, count);
  }

  static constexpr std::uint64_t tss_at = 0x9000;
  void task(std::uint64_t limit) {
    segment(segment_name::tr) = {0x28, tss_at, limit,
                                 x86::segment_rights::present | x86::segment_rights::tss | x86::segment_rights::busy};
  }
};

TEST_F(ports, in_and_out_have_their_sizes) {
  protected_mode();
  gpr(rdx, 0x12'03f8);
  gpr(rax, 0xaabbccdd);
  asks(step({0xec}), false, 0x3f8, 1, 1);
  request().data[0] = 0x155;
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(gpr(rax), 0xaabbcc55u);
  regs().general.rip = code_at;
  asks(step({0x66, 0xe7, 0x80}), true, 0x80, 2, 1);
  EXPECT_EQ(request().data[0], 0xcc55u);
  EXPECT_EQ(regs().general.rip, code_at) << "until it has been taken";
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(regs().general.rip, code_at + 3);
  long_mode();
  gpr(rax, ~0ull);
  asks(step({0x48, 0xed}), false, gpr(rdx) & 0xffff, 4, 1);  // never 8
  request().data[0] = 1;
  emulator_.finish();
  EXPECT_EQ(gpr(rax), 1u);
}

TEST_F(ports, a_run_of_items_is_one_request_up_to_the_page) {
  protected_mode();
  gpr(rdx, 0x1f0);
  gpr(rdi, 0x2ffa);
  gpr(rcx, 10);
  asks(step({0xf3, 0x66, 0x6d}), false, 0x1f0, 2, 3);
  EXPECT_EQ(gpr(rcx), 10u);
  for (unsigned n = 0; n < 3; ++n) request().data[n] = 0xa0 + n;
  const result r = emulator_.finish();
  EXPECT_EQ(peek(0x2ffa, 2), 0xa0u);
  EXPECT_EQ(peek(0x2ffe, 2), 0xa2u);
  EXPECT_EQ(gpr(rcx), 7u);
  EXPECT_EQ(gpr(rdi), 0x3000u);
  asks(r, false, 0x1f0, 2, 7);
  for (unsigned n = 0; n < 7; ++n) request().data[n] = 0xb0 + n;
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(peek(0x300c, 2), 0xb6u);
  EXPECT_EQ(regs().general.rip, code_at + 3);
}

TEST_F(ports, an_item_across_pages_goes_alone) {
  protected_mode();
  gpr(rdx, 0x1f0);
  gpr(rsi, 0x2ffd);
  put(0x2ffd, 0x0807060504030201, 8);
  gpr(rcx, 2);
  asks(step({0xf3, 0x66, 0x6f}), true, 0x1f0, 2, 1);
  EXPECT_EQ(request().data[0], 0x0201u);
  asks(emulator_.finish(), true, 0x1f0, 2, 1);
  EXPECT_EQ(request().data[0], 0x0403u);
  EXPECT_EQ(emulator_.finish().next, verdict::done);
}

TEST_F(ports, items_go_downwards_with_df) {
  protected_mode();
  flags(rflags::df);
  gpr(rdx, 0x10);
  gpr(rsi, data_at + 3);
  put(data_at, 0x44332211, 4);
  gpr(rcx, 4);
  asks(step({0xf3, 0x6e}), true, 0x10, 1, 4);
  EXPECT_EQ(request().data[0], 0x44u);
  EXPECT_EQ(request().data[3], 0x11u);
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(gpr(rsi), data_at - 1);
}

TEST_F(ports, a_request_carries_no_more_than_its_limit) {
  protected_mode();
  gpr(rdi, 0x4000);
  gpr(rcx, 2000);
  asks(step({0xf3, 0x6c}), false, gpr(rdx) & 0xffff, 1, io::request::limit);
}

TEST_F(ports, a_run_ends_before_the_item_that_would_fault) {
  protected_mode();
  segment(segment_name::es).limit = data_at + 5;
  gpr(rdi, data_at);
  gpr(rcx, 4);
  asks(step({0xf3, 0x66, 0x6d}), false, gpr(rdx) & 0xffff, 2, 3);
  const result r = emulator_.finish();
  EXPECT_EQ(r.next, verdict::fault);
  EXPECT_EQ(r.event.vector, exception::protection);
  EXPECT_EQ(gpr(rcx), 1u);
}

TEST_F(ports, memory_is_checked_before_a_device_is_read) {
  protected_mode();
  segment(segment_name::es).limit = 0x10;
  gpr(rdi, data_at);
  faults({0x6c}, exception::protection, 0);
}

TEST_F(ports, items_may_come_from_and_go_to_devices_in_memory) {
  protected_mode();
  gpr(rdi, hole);
  gpr(rcx, 2);
  asks(step({0xf3, 0x6c}), false, gpr(rdx) & 0xffff, 1, 1);
  request().data[0] = 0x31;
  result r = emulator_.finish();
  ASSERT_EQ(r.next, verdict::device);
  EXPECT_EQ(request().space, io::space::memory);
  EXPECT_EQ(request().data[0], 0x31u);
  r = emulator_.finish();
  asks(r, false, gpr(rdx) & 0xffff, 1, 1);
  EXPECT_EQ(gpr(rcx), 1u);
}

TEST_F(ports, memory_that_goes_while_a_run_waits_swallows_it) {
  protected_mode();
  gpr(rdi, 0x9f000);
  gpr(rcx, 8);
  asks(step({0xf3, 0x6c}), false, gpr(rdx) & 0xffff, 1, 8);
  slot(0, 0, 0x90, 0, false);
  for (unsigned n = 0; n < 8; ++n) request().data[n] = n;
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(gpr(rcx), 0u);
}

/// Counts what it is given; refuses from the `refusing`-th item on.
struct counting_port : io::device {
  counting_port() : io::device{read_item, write_item} {}
  static bool read_item(io::device& d, word, unsigned, word& value) {
    auto& self = static_cast<counting_port&>(d);
    if (self.items == self.refusing) return false;
    value = ++self.items;
    return true;
  }
  static bool write_item(io::device& d, word, unsigned, word value) {
    auto& self = static_cast<counting_port&>(d);
    if (self.items == self.refusing) return false;
    ++self.items;
    self.sum += value;
    return true;
  }
  unsigned items = 0, refusing = ~0u;
  word sum = 0;
};

TEST_F(ports, a_device_in_the_core_takes_runs_too) {
  counting_port d;
  ASSERT_TRUE(bus_.attach(io::space::port, 0x60, 1, d));
  protected_mode();
  gpr(rdx, 0x60);
  gpr(rdi, data_at);
  gpr(rcx, 3);
  runs({0xf3, 0x6c});
  EXPECT_EQ(peek(data_at, 3), 0x030201u);
  gpr(rsi, data_at);
  gpr(rcx, 3);
  regs().general.rip = code_at;
  runs({0xf3, 0x6e});
  EXPECT_EQ(d.sum, 6u);
  regs().general.rip = code_at;
  runs({0xec});
  EXPECT_EQ(gpr(rax) & 0xff, 7u);
  // Items that it does not claim are userspace's, in order.
  d.refusing = d.items + 1;
  gpr(rcx, 3);
  gpr(rdi, data_at);
  regs().general.rip = code_at;
  asks(step({0xf3, 0x6c}), false, 0x60, 1, 2);
  EXPECT_EQ(gpr(rcx), 2u) << "the first one came from the device";
  d.refusing = d.items + 1;
  gpr(rcx, 3);
  gpr(rsi, data_at);
  asks(step({0xf3, 0x6e}), true, 0x60, 1, 2);
}

TEST_F(ports, privilege_or_the_tasks_map_is_needed) {
  protected_mode(3);
  task(103 + 0x20);
  put(tss_at + 102, 104, 2);  // the map begins there
  for (std::uint64_t n = 0; n < 0x20; ++n) put(tss_at + 104 + n, 0, 1);
  gpr(rdx, 0x40);
  EXPECT_EQ(step({0xec}).next, verdict::device);
  put(tss_at + 104 + 8, 1 << 2, 1);  // port 0x42
  EXPECT_EQ(step({0xec}).next, verdict::device);
  faults({0xed}, exception::protection, 0);  // ports 0x40 to 0x43
  gpr(rdx, 0x42);
  faults({0xec}, exception::protection, 0);
  faults({0x6e}, exception::protection, 0);
  gpr(rdx, 0x100);
  faults({0xec}, exception::protection, 0);  // beyond the map
  flags(rflags::iopl);
  gpr(rdx, 0x42);
  EXPECT_EQ(step({0xec}).next, verdict::device);
  flags(0);
  task(102);
  faults({0xec}, exception::protection, 0);  // no room for a map
  segment(segment_name::tr).rights = x86::segment_rights::present | x86::segment_rights::tss16;
  faults({0xec}, exception::protection, 0);
}

TEST_F(ports, no_other_port_is_asked_about) {
  protected_mode(3);
  task(103 + 0x20);
  put(tss_at + 102, 104, 2);
  const auto in_alone = [&](const std::vector<unsigned>& code, unsigned bytes, unsigned port) {
    const unsigned mine = ((1u << bytes) - 1) << (port & 7);
    put(tss_at + 104 + 8, ~mine & 0xffff, 2);  // ports 0x40 to 0x4f
    gpr(rdx, port);
    EXPECT_EQ(step(code).next, verdict::device) << bytes << " bytes at " << port;
    for (unsigned n = 0; n < bytes; ++n) {
      put(tss_at + 104 + 8, 1u << ((port & 7) + n), 2);
      faults(code, exception::protection, 0);
    }
  };
  for (const unsigned port : {0x40, 0x43, 0x44, 0x47}) {
    in_alone({0xec}, 1, port);
    in_alone({0x66, 0xed}, 2, port);
    in_alone({0xed}, 4, port);
  }
}

TEST_F(ports, virtual_8086_mode_always_asks_the_map) {
  virtual_8086_mode(rflags::iopl);
  task(103 + 0x20);
  put(tss_at + 102, 104, 2);
  put(tss_at + 104, 1, 1);
  gpr(rdx, 0);
  faults({0xec}, exception::protection, 0);
  gpr(rdx, 1);
  EXPECT_EQ(step({0xec}).next, verdict::device);
}

}  // namespace
}  // namespace umbra::emulate
