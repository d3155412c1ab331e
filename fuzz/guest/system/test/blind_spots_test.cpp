// What the known differences of both engines excuse is judged by nobody. So these are to have little in common: each
// kind of deviation is tried on every family, and one engine at least must find all but a few.
#include <gtest/gtest.h>

#include <set>

#include "core/x86/exception.hpp"
#include "fuzz/guest/system/test/fake_guest.hpp"

namespace umbra::system_guest {
namespace {

using x86::exception;

constexpr std::uint32_t specimens = 6000;
/// More than this share of a family's deviations of one kind, and nobody judges them.
constexpr double tolerated_percent = 2.0;

struct deviation {
  const char* name;
  bool (*spoil)(std::uint64_t nth, const specimen&, const prediction&, result&);
};

bool has_error_code(const result& r) {
  constexpr std::uint32_t with_code = 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14;
  return r.vector < 32 && (with_code >> r.vector & 1) != 0;
}
/// A dword that an instruction may write, one after the other.
std::uint32_t some_dword(std::uint64_t nth) {
  constexpr std::uint32_t edges[] = {layout::data_edge, layout::far_data_edge, layout::stack_edge};
  return edges[nth % 3] - layout::edge_reach + 4 * static_cast<std::uint32_t>(nth / 3 % (layout::edge_reach / 2));
}

constexpr deviation deviations[] = {
    {"NoFault",
     [](std::uint64_t, const specimen&, const prediction& p, result& r) {
       return p.steps == 0 && std::exchange(r.vector, vector_of(exception::breakpoint)) != r.vector;
     }},
    {"AnotherFault",
     [](std::uint64_t, const specimen&, const prediction&, result& r) {
       const bool stack = r.vector == vector_of(exception::stack);
       return std::exchange(r.vector, vector_of(stack ? exception::protection : exception::stack)) != r.vector;
     }},
    {"AnotherErrorCode",
     [](std::uint64_t, const specimen&, const prediction&, result& r) {
       if (!has_error_code(r)) return false;
       r.error ^= 8;
       return true;
     }},
    {"AnotherAddress",
     [](std::uint64_t nth, const specimen&, const prediction&, result& r) {
       r.after[SLOT_CR2] ^= 0x10 << nth % 8;
       return true;
     }},
    {"AnotherRegister",
     [](std::uint64_t nth, const specimen& s, const prediction&, result& r) {
       const unsigned slot = nth % SLOT_COUNT;
       if (s.code_bits != 64 && slot >= SLOT_R8 && slot <= SLOT_R15) return false;
       r.after[slot] ^= 0x4000;
       return true;
     }},
    {"WriteInvented",
     [](std::uint64_t nth, const specimen& s, const prediction&, result& r) {
       const std::uint32_t at = some_dword(nth);
       if (r.memory.contains(at) || below_stack(s, r, at)) return false;
       r.memory[at] = 0x1234'5678;
       return true;
     }},
    {"WriteLost",
     [](std::uint64_t, const specimen& s, const prediction& p, result& r) {
       std::erase_if(r.memory, [&](const auto& dword) { return !below_stack(s, r, dword.first); });
       return r.memory.size() != p.what.memory.size();
     }},
};

class SystemBlindSpots : public testing::TestWithParam<deviation> {};

TEST_P(SystemBlindSpots, AreFew) {
  std::array<std::uint64_t, family_count> hits{}, found{};
  std::set<std::uint32_t> seen;
  for (const opguest::engine_kind on : {opguest::engine_kind::bochs, opguest::engine_kind::qemu}) {
    fake_guest guest{11};
    std::uint64_t nth = 0;
    hits = {};
    guest.run(specimens, [&](const specimen& s, const prediction& p, result& r) {
      hits[static_cast<unsigned>(s.what)] += GetParam().spoil(nth++, s, p, r);
    });
    guest.end();
    opguest::byte_source bytes = guest.source();
    compare(bytes, on, [&](std::uint32_t number, const mismatch& m) {
      if (seen.insert(number).second) ++found[static_cast<unsigned>(m.tried.what)];
    });
  }
  for (unsigned f = 0; f < family_count; ++f) {
    const double unjudged = 100.0 * static_cast<double>(hits[f] - found[f]);
    EXPECT_LE(unjudged, tolerated_percent * static_cast<double>(hits[f])) << "family " << f << ", of " << hits[f];
  }
}

INSTANTIATE_TEST_SUITE_P(SystemCompare, SystemBlindSpots, testing::ValuesIn(deviations),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace umbra::system_guest
