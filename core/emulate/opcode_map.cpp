#include "core/emulate/opcode_map.hpp"

#include <array>

#include <word/array.hpp>

#include "core/emulate/kinds.hpp"

namespace umbra::emulate {

namespace {

using enum encoding;
using namespace attribute;

constexpr opcode unsupported{.family = family::unsupported};

consteval opcode prefix(prefix_kind k) { return op(family::prefix, k); }
consteval opcode to_group(group g) { return op(family::group, g); }
consteval opcode to_subgroup(subgroup g) { return op(family::subgroup, g, bare | no66); }

consteval opcode conditional(condition_kind k, unsigned code, std::uint16_t attributes, encoding a, encoding b = none) {
  return op(family::condition, static_cast<unsigned>(k) | code, attributes, a, b);
}

using byte_map = std::array<opcode, 256>;

consteval byte_map make_primary() {
  byte_map m{};
  for (unsigned k = 0; k < 8; ++k) {  // ADD OR ADC SBB AND SUB XOR CMP
    const std::uint16_t locks = k == static_cast<unsigned>(arithmetic_kind::cmp) ? 0 : lockable;
    m[8 * k + 0] = op(family::arithmetic, k, locks, Eb, Gb);
    m[8 * k + 1] = op(family::arithmetic, k, locks, Ev, Gv);
    m[8 * k + 2] = op(family::arithmetic, k, 0, Gb, Eb);
    m[8 * k + 3] = op(family::arithmetic, k, 0, Gv, Ev);
    m[8 * k + 4] = op(family::arithmetic, k, 0, AL, Ib);
    m[8 * k + 5] = op(family::arithmetic, k, 0, rAX, Iz);
  }
  m[0x06] = op(family::stack, stack_kind::push, not64, ES);
  m[0x07] = op(family::stack, stack_kind::pop, not64, ES);
  m[0x0e] = op(family::stack, stack_kind::push, not64, CS);
  m[0x16] = op(family::stack, stack_kind::push, not64, SS);
  m[0x17] = op(family::stack, stack_kind::pop, not64, SS);
  m[0x1e] = op(family::stack, stack_kind::push, not64, DS);
  m[0x1f] = op(family::stack, stack_kind::pop, not64, DS);
  m[0x0f] = prefix(prefix_kind::escape);
  m[0x26] = prefix(prefix_kind::es);
  m[0x2e] = prefix(prefix_kind::cs);
  m[0x36] = prefix(prefix_kind::ss);
  m[0x3e] = prefix(prefix_kind::ds);
  m[0x64] = prefix(prefix_kind::fs);
  m[0x65] = prefix(prefix_kind::gs);
  m[0x66] = prefix(prefix_kind::operand_size);
  m[0x67] = prefix(prefix_kind::address_size);
  m[0xf0] = prefix(prefix_kind::lock);
  m[0xf2] = prefix(prefix_kind::repne);
  m[0xf3] = prefix(prefix_kind::rep);
  m[0x27] = op(family::decimal, decimal_kind::daa, not64);
  m[0x2f] = op(family::decimal, decimal_kind::das, not64);
  m[0x37] = op(family::decimal, decimal_kind::aaa, not64);
  m[0x3f] = op(family::decimal, decimal_kind::aas, not64);
  for (unsigned n = 0; n < 8; ++n) {
    m[0x40 + n] = op(family::unary, unary_kind::inc, not64, Zv);
    m[0x48 + n] = op(family::unary, unary_kind::dec, not64, Zv);
    m[0x50 + n] = op(family::stack, stack_kind::push, wide64, Zv);
    m[0x58 + n] = op(family::stack, stack_kind::pop, wide64, Zv);
    m[0x90 + n] = op(family::exchange, exchange_kind::xchg, 0, Zv, rAX);
    m[0xb0 + n] = op(family::move, move_kind::mov, 0, Zb, Ib);
    m[0xb8 + n] = op(family::move, move_kind::mov, 0, Zv, Iv);
    m[0xd8 + n] = unsupported;
  }
  m[0x60] = op(family::stack, stack_kind::pusha, not64);
  m[0x61] = op(family::stack, stack_kind::popa, not64);
  m[0x62] = op(family::interrupt, interrupt_kind::bound, vector, Gv, Ma);
  m[0x63] = op(family::system, system_kind::arpl, protect, Ew, Gw);  // in 64-bit mode MOVSXD
  m[0x68] = op(family::stack, stack_kind::push, wide64, Iz);
  m[0x69] = op(family::multiply, multiply_kind::imul_truncating, 0, Gv, Ev, Iz);
  m[0x6a] = op(family::stack, stack_kind::push, wide64, sIb);
  m[0x6b] = op(family::multiply, multiply_kind::imul_truncating, 0, Gv, Ev, sIb);
  m[0x6c] = op(family::port, port_kind::ins, 0, AL);
  m[0x6d] = op(family::port, port_kind::ins, 0, eAX);
  m[0x6e] = op(family::port, port_kind::outs, 0, AL);
  m[0x6f] = op(family::port, port_kind::outs, 0, eAX);
  for (unsigned code = 0; code < 16; ++code) m[0x70 + code] = conditional(condition_kind::jump, code, always64, Jb);
  m[0x80] = to_group(group::g1_Eb_Ib);
  m[0x81] = to_group(group::g1_Ev_Iz);
  m[0x82] = to_group(group::g1_Eb_Ib_not64);
  m[0x83] = to_group(group::g1_Ev_sIb);
  m[0x84] = op(family::arithmetic, arithmetic_kind::test, 0, Eb, Gb);
  m[0x85] = op(family::arithmetic, arithmetic_kind::test, 0, Ev, Gv);
  m[0x86] = op(family::exchange, exchange_kind::xchg, lockable, Eb, Gb);
  m[0x87] = op(family::exchange, exchange_kind::xchg, lockable, Ev, Gv);
  m[0x88] = op(family::move, move_kind::mov, 0, Eb, Gb);
  m[0x89] = op(family::move, move_kind::mov, 0, Ev, Gv);
  m[0x8a] = op(family::move, move_kind::mov, 0, Gb, Eb);
  m[0x8b] = op(family::move, move_kind::mov, 0, Gv, Ev);
  m[0x8c] = op(family::segment, segment_kind::store, 0, MwRv, Sw);
  m[0x8d] = op(family::move, move_kind::lea, memory, Gv, M);
  m[0x8e] = op(family::segment, segment_kind::load, 0, Sw, Ew);
  m[0x8f] = to_group(group::g1a);
  m[0x90] = op(family::nothing, nothing_kind::nop_or_xchg);
  m[0x98] = op(family::extend, extend_kind::cbw);
  m[0x99] = op(family::extend, extend_kind::cwd);
  m[0x9a] = op(family::far_branch, far_kind::call, not64, Ap);
  m[0x9b] = unsupported;  // WAIT reports what x87 has pending
  m[0x9c] = op(family::stack, stack_kind::pushf, wide64);
  m[0x9d] = op(family::stack, stack_kind::popf, wide64);
  m[0x9e] = op(family::flags, flags_kind::sahf);
  m[0x9f] = op(family::flags, flags_kind::lahf);
  m[0xa0] = op(family::move, move_kind::mov, 0, AL, Ob);
  m[0xa1] = op(family::move, move_kind::mov, 0, rAX, Ov);
  m[0xa2] = op(family::move, move_kind::mov, 0, Ob, AL);
  m[0xa3] = op(family::move, move_kind::mov, 0, Ov, rAX);
  m[0xa4] = op(family::string, string_kind::movs, 0, AL);
  m[0xa5] = op(family::string, string_kind::movs, 0, rAX);
  m[0xa6] = op(family::string, string_kind::cmps, 0, AL);
  m[0xa7] = op(family::string, string_kind::cmps, 0, rAX);
  m[0xa8] = op(family::arithmetic, arithmetic_kind::test, 0, AL, Ib);
  m[0xa9] = op(family::arithmetic, arithmetic_kind::test, 0, rAX, Iz);
  m[0xaa] = op(family::string, string_kind::stos, 0, AL);
  m[0xab] = op(family::string, string_kind::stos, 0, rAX);
  m[0xac] = op(family::string, string_kind::lods, 0, AL);
  m[0xad] = op(family::string, string_kind::lods, 0, rAX);
  m[0xae] = op(family::string, string_kind::scas, 0, AL);
  m[0xaf] = op(family::string, string_kind::scas, 0, rAX);
  m[0xc0] = to_group(group::g2_Eb_Ib);
  m[0xc1] = to_group(group::g2_Ev_Ib);
  m[0xc2] = op(family::branch, branch_kind::ret, always64, Iw);
  m[0xc3] = op(family::branch, branch_kind::ret, always64);
  m[0xc4] = op(family::segment, segment_kind::les, vector, Gv, Mp);
  m[0xc5] = op(family::segment, segment_kind::lds, vector, Gv, Mp);
  m[0xc6] = to_group(group::g11_Eb);
  m[0xc7] = to_group(group::g11_Ev);
  m[0xc8] = op(family::stack, stack_kind::enter, wide64, Iw, Ib);
  m[0xc9] = op(family::stack, stack_kind::leave, wide64);
  m[0xca] = op(family::far_branch, far_kind::ret, 0, Iw);
  m[0xcb] = op(family::far_branch, far_kind::ret);
  m[0xcc] = op(family::interrupt, interrupt_kind::breakpoint);
  m[0xcd] = op(family::interrupt, interrupt_kind::number, 0, Ib);
  m[0xce] = op(family::interrupt, interrupt_kind::overflow, not64);
  m[0xcf] = op(family::far_branch, far_kind::iret);
  m[0xd0] = to_group(group::g2_Eb_1);
  m[0xd1] = to_group(group::g2_Ev_1);
  m[0xd2] = to_group(group::g2_Eb_CL);
  m[0xd3] = to_group(group::g2_Ev_CL);
  m[0xd4] = op(family::decimal, decimal_kind::aam, not64, Ib);
  m[0xd5] = op(family::decimal, decimal_kind::aad, not64, Ib);
  m[0xd6] = unsupported;  // SALC, which no manual describes
  m[0xd7] = op(family::move, move_kind::xlat);
  m[0xe0] = op(family::branch, branch_kind::loopne, always64, Jb);
  m[0xe1] = op(family::branch, branch_kind::loope, always64, Jb);
  m[0xe2] = op(family::branch, branch_kind::loop, always64, Jb);
  m[0xe3] = op(family::branch, branch_kind::jcxz, always64, Jb);
  m[0xe4] = op(family::port, port_kind::in, 0, AL, Ib);
  m[0xe5] = op(family::port, port_kind::in, 0, eAX, Ib);
  m[0xe6] = op(family::port, port_kind::out, 0, Ib, AL);
  m[0xe7] = op(family::port, port_kind::out, 0, Ib, eAX);
  m[0xe8] = op(family::branch, branch_kind::call, always64, Jz);
  m[0xe9] = op(family::branch, branch_kind::jump, always64, Jz);
  m[0xea] = op(family::far_branch, far_kind::jump, not64, Ap);
  m[0xeb] = op(family::branch, branch_kind::jump, always64, Jb);
  m[0xec] = op(family::port, port_kind::in, 0, AL, DX);
  m[0xed] = op(family::port, port_kind::in, 0, eAX, DX);
  m[0xee] = op(family::port, port_kind::out, 0, DX, AL);
  m[0xef] = op(family::port, port_kind::out, 0, DX, eAX);
  m[0xf1] = op(family::interrupt, interrupt_kind::debug);
  m[0xf4] = op(family::system, system_kind::hlt);
  m[0xf5] = op(family::flags, flags_kind::cmc);
  m[0xf6] = to_group(group::g3_Eb);
  m[0xf7] = to_group(group::g3_Ev);
  m[0xf8] = op(family::flags, flags_kind::clc);
  m[0xf9] = op(family::flags, flags_kind::stc);
  m[0xfa] = op(family::flags, flags_kind::cli);
  m[0xfb] = op(family::flags, flags_kind::sti);
  m[0xfc] = op(family::flags, flags_kind::cld);
  m[0xfd] = op(family::flags, flags_kind::std);
  m[0xfe] = to_group(group::g4);
  m[0xff] = to_group(group::g5);
  return m;
}

consteval byte_map make_secondary() {
  byte_map m{};
  m[0x00] = to_group(group::g6);
  m[0x01] = to_group(group::g7);
  for (const unsigned byte : {0x02u, 0x03u, 0x05u, 0x07u, 0x34u, 0x35u, 0x37u, 0x38u, 0x3au, 0xaau})
    m[byte] = unsupported;
  m[0x06] = op(family::system, system_kind::clts);
  m[0x08] = op(family::service, service::invd);
  m[0x09] = op(family::service, service::wbinvd);
  m[0x0d] = op(family::nothing, nothing_kind::nop, 0, Ev);
  for (unsigned byte = 0x10; byte < 0x18; ++byte) m[byte] = unsupported;
  for (unsigned byte = 0x18; byte < 0x20; ++byte) m[byte] = op(family::nothing, nothing_kind::nop, 0, Ev);
  m[0x20] = op(family::system, system_kind::from_control, 0, Ry, Cy);
  m[0x21] = op(family::system, system_kind::from_debug, 0, Ry, Dy);
  m[0x22] = op(family::system, system_kind::to_control, 0, Cy, Ry);
  m[0x23] = op(family::system, system_kind::to_debug, 0, Dy, Ry);
  for (unsigned byte = 0x28; byte < 0x30; ++byte) m[byte] = unsupported;
  m[0x30] = op(family::service, service::wrmsr);
  m[0x31] = op(family::service, service::rdtsc);
  m[0x32] = op(family::service, service::rdmsr);
  m[0x33] = op(family::service, service::rdpmc);
  for (unsigned byte = 0x50; byte < 0x80; ++byte) m[byte] = unsupported;
  m[0x78] = op(family::service, service::vmx, bare | no66 | protect, Ev, Gv);
  m[0x79] = op(family::service, service::vmx, bare | no66 | protect, Gv, Ev);
  for (unsigned code = 0; code < 16; ++code) {
    m[0x40 + code] = conditional(condition_kind::move, code, 0, Gv, Ev);
    m[0x80 + code] = conditional(condition_kind::jump, code, always64, Jz);
    m[0x90 + code] = conditional(condition_kind::set, code, 0, Eb);
  }
  m[0xa0] = op(family::stack, stack_kind::push, wide64, FS);
  m[0xa1] = op(family::stack, stack_kind::pop, wide64, FS);
  m[0xa2] = op(family::service, service::cpuid);
  m[0xa3] = op(family::bit_test, bit_test_kind::bt, 0, Ev, Gv);
  m[0xa4] = op(family::double_shift, double_shift_kind::left, 0, Ev, Gv, Ib);
  m[0xa5] = op(family::double_shift, double_shift_kind::left, 0, Ev, Gv, CL);
  m[0xa8] = op(family::stack, stack_kind::push, wide64, GS);
  m[0xa9] = op(family::stack, stack_kind::pop, wide64, GS);
  m[0xab] = op(family::bit_test, bit_test_kind::bts, lockable, Ev, Gv);
  m[0xac] = op(family::double_shift, double_shift_kind::right, 0, Ev, Gv, Ib);
  m[0xad] = op(family::double_shift, double_shift_kind::right, 0, Ev, Gv, CL);
  m[0xae] = to_group(group::g15);
  m[0xaf] = op(family::multiply, multiply_kind::imul_truncating, 0, Gv, Ev, none);
  m[0xb0] = op(family::exchange, exchange_kind::cmpxchg, lockable, Eb, Gb);
  m[0xb1] = op(family::exchange, exchange_kind::cmpxchg, lockable, Ev, Gv);
  m[0xb2] = op(family::segment, segment_kind::lss, memory, Gv, Mp);
  m[0xb3] = op(family::bit_test, bit_test_kind::btr, lockable, Ev, Gv);
  m[0xb4] = op(family::segment, segment_kind::lfs, memory, Gv, Mp);
  m[0xb5] = op(family::segment, segment_kind::lgs, memory, Gv, Mp);
  m[0xb6] = op(family::extend, extend_kind::movzx, 0, Gv, Eb);
  m[0xb7] = op(family::extend, extend_kind::movzx, 0, Gv, Ew);
  m[0xb8] = op(family::undefined, 0, no_f3);  // with F3: POPCNT
  m[0xba] = to_group(group::g8);
  m[0xbb] = op(family::bit_test, bit_test_kind::btc, lockable, Ev, Gv);
  m[0xbc] = op(family::bit_scan, bit_scan_kind::forward, no_f3, Gv, Ev);
  m[0xbd] = op(family::bit_scan, bit_scan_kind::reverse, no_f3, Gv, Ev);
  m[0xbe] = op(family::extend, extend_kind::movsx, 0, Gv, Eb);
  m[0xbf] = op(family::extend, extend_kind::movsx, 0, Gv, Ew);
  m[0xc0] = op(family::exchange, exchange_kind::xadd, lockable, Eb, Gb);
  m[0xc1] = op(family::exchange, exchange_kind::xadd, lockable, Ev, Gv);
  for (unsigned byte = 0xc2; byte < 0xc7; ++byte) m[byte] = unsupported;
  m[0xc7] = to_group(group::g9);
  for (unsigned n = 0; n < 8; ++n) m[0xc8 + n] = op(family::move, move_kind::bswap, 0, Zv);
  for (unsigned byte = 0xd0; byte < 0xff; ++byte) m[byte] = unsupported;
  return m;
}

/// By ModRM.reg, memory forms first.
using group_map = std::array<opcode, 16>;

consteval group_map arithmetic_group(std::uint16_t attributes, encoding a, encoding b) {
  group_map m{};
  for (unsigned n = 0; n < 16; ++n) {
    const std::uint16_t locks = n % 8 == static_cast<unsigned>(arithmetic_kind::cmp) ? 0 : lockable;
    m[n] = op(family::arithmetic, n % 8, attributes | locks, a, b);
  }
  return m;
}

consteval group_map shift_group(encoding a, encoding b) {
  group_map m{};
  for (unsigned n = 0; n < 16; ++n) m[n] = op(family::shift, n % 8, 0, a, b);
  return m;
}

/// TEST has a second encoding, as group 2's SAL has.
consteval group_map unary_group(encoding a, encoding immediate, encoding accumulator) {
  group_map m{};
  for (const unsigned form : {0u, 8u}) {
    m[form + 0] = m[form + 1] = op(family::arithmetic, arithmetic_kind::test, 0, a, immediate);
    m[form + 2] = op(family::unary, unary_kind::not_, lockable, a);
    m[form + 3] = op(family::unary, unary_kind::neg, lockable, a);
    for (unsigned n = 0; n < 4; ++n) m[form + 4 + n] = op(family::multiply, n, 0, accumulator, a);
  }
  return m;
}

consteval group_map move_group(encoding a, encoding immediate) {
  group_map m{};
  m[0] = m[8] = op(family::move, move_kind::mov, 0, a, immediate);
  m[15] = unsupported;  // XABORT, XBEGIN
  return m;
}

using group_maps = std::array<group_map, static_cast<unsigned>(group::count)>;

consteval group_maps make_groups() {
  group_maps all{};
  const auto at = [&](group g) -> group_map& { return all[static_cast<unsigned>(g)]; };
  at(group::g1_Eb_Ib) = arithmetic_group(0, Eb, Ib);
  at(group::g1_Ev_Iz) = arithmetic_group(0, Ev, Iz);
  at(group::g1_Eb_Ib_not64) = arithmetic_group(not64, Eb, Ib);
  at(group::g1_Ev_sIb) = arithmetic_group(0, Ev, sIb);
  at(group::g2_Eb_Ib) = shift_group(Eb, Ib);
  at(group::g2_Ev_Ib) = shift_group(Ev, Ib);
  at(group::g2_Eb_1) = shift_group(Eb, one);
  at(group::g2_Ev_1) = shift_group(Ev, one);
  at(group::g2_Eb_CL) = shift_group(Eb, CL);
  at(group::g2_Ev_CL) = shift_group(Ev, CL);
  at(group::g3_Eb) = unary_group(Eb, Ib, AL);
  at(group::g3_Ev) = unary_group(Ev, Iz, rAX);
  at(group::g11_Eb) = move_group(Eb, Ib);
  at(group::g11_Ev) = move_group(Ev, Iz);

  for (const unsigned form : {0u, 8u}) {
    at(group::g1a)[form] = op(family::stack, stack_kind::pop, wide64, Ev);
    at(group::g4)[form + 0] = op(family::unary, unary_kind::inc, lockable, Eb);
    at(group::g4)[form + 1] = op(family::unary, unary_kind::dec, lockable, Eb);
    group_map& g5 = at(group::g5);
    g5[form + 0] = op(family::unary, unary_kind::inc, lockable, Ev);
    g5[form + 1] = op(family::unary, unary_kind::dec, lockable, Ev);
    g5[form + 2] = op(family::branch, branch_kind::call_to, always64, Ev);
    g5[form + 4] = op(family::branch, branch_kind::jump_to, always64, Ev);
    g5[form + 6] = op(family::stack, stack_kind::push, wide64, Ev);
    group_map& g6 = at(group::g6);
    g6[form + 0] = op(family::system, system_kind::sldt, protect, MwRv);
    g6[form + 1] = op(family::system, system_kind::str, protect, MwRv);
    g6[form + 2] = op(family::system, system_kind::lldt, protect, Ew);
    g6[form + 3] = op(family::system, system_kind::ltr, protect, Ew);
    g6[form + 4] = g6[form + 5] = unsupported;  // VERR, VERW
    at(group::g7)[form + 4] = op(family::system, system_kind::smsw, 0, MwRv);
    at(group::g7)[form + 6] = op(family::system, system_kind::lmsw, 0, Ew);
    group_map& g8 = at(group::g8);
    for (unsigned n = 0; n < 4; ++n) g8[form + 4 + n] = op(family::bit_test, n, n == 0 ? 0 : lockable, Ev, Ib);
  }
  at(group::g5)[3] = op(family::far_branch, far_kind::call, 0, Mp);
  at(group::g5)[5] = op(family::far_branch, far_kind::jump, 0, Mp);
  group_map& g7 = at(group::g7);
  g7[0] = op(family::system, system_kind::sgdt, 0, M);
  g7[1] = op(family::system, system_kind::sidt, 0, M);
  g7[2] = op(family::system, system_kind::lgdt, 0, M);
  g7[3] = op(family::system, system_kind::lidt, 0, M);
  g7[5] = g7[11] = g7[13] = unsupported;
  g7[7] = op(family::system, system_kind::invlpg, 0, M);
  g7[8] = to_subgroup(subgroup::g7_0);
  g7[9] = to_subgroup(subgroup::g7_1);
  g7[10] = to_subgroup(subgroup::g7_2);
  g7[15] = to_subgroup(subgroup::g7_7);
  for (const unsigned n : {3u, 4u, 5u, 6u, 7u, 14u, 15u}) at(group::g9)[n] = unsupported;
  at(group::g9)[1] = op(family::exchange, exchange_kind::cmpxchg_pair, lockable, M);
  for (opcode& o : at(group::g15)) o = unsupported;
  for (const unsigned fence : {13u, 14u, 15u})
    at(group::g15)[fence] = op(family::nothing, nothing_kind::nop, bare | no66);
  return all;
}

using subgroup_map = std::array<opcode, 8>;
using subgroup_maps = std::array<subgroup_map, static_cast<unsigned>(subgroup::count)>;

consteval subgroup_maps make_subgroups() {
  subgroup_maps all{};
  const auto at = [&](subgroup g) -> subgroup_map& { return all[static_cast<unsigned>(g)]; };
  for (subgroup_map& m : all) {
    for (opcode& o : m) o = unsupported;
  }
  at(subgroup::g7_0)[1] = op(family::service, service::vmcall);
  for (const unsigned rm : {2u, 3u, 4u}) at(subgroup::g7_0)[rm] = op(family::service, service::vmx, protect);
  at(subgroup::g7_1)[0] = op(family::service, service::monitor);
  at(subgroup::g7_1)[1] = op(family::service, service::mwait);
  at(subgroup::g7_1)[2] = op(family::flags, flags_kind::clac);
  at(subgroup::g7_1)[3] = op(family::flags, flags_kind::stac);
  at(subgroup::g7_2)[1] = op(family::service, service::xsetbv);
  at(subgroup::g7_7)[1] = op(family::service, service::rdtscp);
  return all;
}

constexpr opcode exchange_with_r8 = op(family::exchange, exchange_kind::xchg, 0, Zv, rAX);
constexpr opcode move_sign_extended = op(family::extend, extend_kind::movsx, 0, Gv, Ed);

constexpr byte_map primary = make_primary();
constexpr byte_map secondary = make_secondary();
constexpr group_maps groups = make_groups();
constexpr subgroup_maps subgroups = make_subgroups();

}  // namespace

const opcode& primary_opcode(word byte) { return at(primary, byte); }
const opcode& opcode_90_with_rex_b() { return exchange_with_r8; }
const opcode& opcode_63_in_64_bit_mode() { return move_sign_extended; }
const opcode& secondary_opcode(word byte) { return at(secondary, byte); }
const opcode& group_opcode(group g, word reg) { return at(groups[static_cast<unsigned>(g)], reg); }
const opcode& subgroup_opcode(subgroup g, word rm) { return at(subgroups[static_cast<unsigned>(g)], rm); }

}  // namespace umbra::emulate
