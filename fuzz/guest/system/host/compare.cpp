#include "fuzz/guest/system/host/compare.hpp"

#include <fmt/format.h>

#include "core/x86/debug.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/guest/system/host/report.hpp"
#include "fuzz/guest/system/shared/generator.hpp"
#include "fuzz/guest/system/shared/memory.hpp"
#include "fuzz/guest/system/shared/record.hpp"

namespace umbra::system_guest {

namespace {

/// What an exception delivered at CPL 0 outside of IA-32e mode, and its handler, may push.
constexpr std::uint32_t event_frame_bytes = 40;

/// Bits of a register that are not compared.
std::uint64_t free_bits(unsigned slot, const result& expected) {
  // What RF becomes in the image that an exception pushes depends on the exception (SDM 3A, 18.3.1.1).
  if (slot == SLOT_RFLAGS) return x86::rflags::rf;
  // Whoever delivers a debug exception writes it; the emulator does not.
  if (slot == SLOT_DR6 && expected.vector == vector_of(x86::exception::debug))
    return x86::dr6::breakpoints | x86::dr6::bt;
  return 0;
}

class comparer {
 public:
  comparer(const abilities& machine, const finding_visitor& found, tally& sums)
      : machine_(machine), found_(found), sums_(sums), subject_(machine) {}

  void one(std::uint32_t number, const specimen& s, const result& observed) {
    const prediction expected = subject_.run(s);
    if (const std::string text = subject_.complaints(); !text.empty())
      throw std::runtime_error(fmt::format("specimen {}: the simulated machine objects: {}", number, text));
    family_tally& sums = sums_.families[static_cast<unsigned>(s.what)];
    ++sums.specimens;
    if (expected.how == prediction::end::unsupported) return void(++sums.unsupported);
    if (expected.how == prediction::end::elsewhere) return void(++sums.elsewhere);
    sums.faults += expected.steps == 0;
    number_ = number;
    explained_by_ = 0;
    unexplained_ = false;
    compare(mismatch{.which = aspect::vector,
                     .slot = 0,
                     .address = 0,
                     .machine = machine_,
                     .tried = s,
                     .expected = expected,
                     .observed = observed});
    sums_.different += explained_by_ != 0;
    for (std::size_t i = 0; i < sums_.by_difference.size(); ++i) sums_.by_difference[i] += explained_by_ >> i & 1;
    sums_.unexplained += unexplained_;
    count_shape(s, expected);
  }

 private:
  void compare(mismatch m) {
    const result &wanted = m.expected.what, &seen = m.observed;
    if (m.expected.how != prediction::end::event || wanted.vector != seen.vector) judge(m);
    m.which = aspect::error_code;
    if (wanted.error != seen.error) judge(m);
    m.which = aspect::slot;
    for (m.slot = 0; m.slot < SLOT_COUNT; ++m.slot)
      if ((wanted.after[m.slot] ^ seen.after[m.slot]) & ~free_bits(m.slot, wanted)) judge(m);
    m.which = aspect::memory;
    for_each_watched([&](std::uint32_t at, unsigned) {
      const auto a = wanted.memory.find(at), b = seen.memory.find(at);
      const bool here = a != wanted.memory.end(), there = b != seen.memory.end();
      m.address = at;
      if ((here != there || (here && a->second != b->second)) && !below_stack(m.tried, seen, at)) judge(m);
    });
  }

  void judge(const mismatch& m) {
    const auto known = known_differences(sums_.engine);
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i].explains(m)) {
        explained_by_ |= std::uint64_t{1} << i;
        return;
      }
    if (!unexplained_) found_(number_, m);
    unexplained_ = true;
  }

  void count_shape(const specimen& s, const prediction& p) {
    std::uint64_t h = static_cast<unsigned>(s.what) | static_cast<unsigned>(s.paging) << 4 | s.code_bits << 6 |
                      s.cpl << 14 | p.what.vector << 16 | p.steps << 24;
    for (unsigned i = 0; i < s.code_length && i < 4; ++i) h = (h ^ s.code[i]) * 0x100'0000'01b3;
    sums_.shapes.insert(h);
  }

  const abilities& machine_;
  const finding_visitor& found_;
  tally& sums_;
  subject subject_;
  std::uint32_t number_ = 0;
  std::uint64_t explained_by_ = 0;  ///< bit i: known difference i
  bool unexplained_ = false;
};

}  // namespace

bool below_stack(const specimen& s, const result& seen, std::uint32_t at) {
  if (!leaves_frame(s)) return false;
  const auto top = static_cast<std::uint32_t>(seen.after[SLOT_RSP]);
  return at + 4 > top - event_frame_bytes && at < top;
}

tally::tally(opguest::engine_kind on) : engine(on), by_difference(known_differences(on).size()) {}

void tally::add(const tally& other) {
  for (unsigned i = 0; i < family_count; ++i) {
    families[i].specimens += other.families[i].specimens;
    families[i].faults += other.families[i].faults;
    families[i].unsupported += other.families[i].unsupported;
    families[i].elsewhere += other.families[i].elsewhere;
  }
  different += other.different;
  for (std::size_t i = 0; i < by_difference.size(); ++i) by_difference[i] += other.by_difference[i];
  unexplained += other.unexplained;
  shapes.insert(other.shapes.begin(), other.shapes.end());
}

family_tally tally::total() const {
  family_tally sum;
  for (const family_tally& f : families) {
    sum.specimens += f.specimens;
    sum.faults += f.faults;
    sum.unsupported += f.unsupported;
    sum.elsewhere += f.elsewhere;
  }
  return sum;
}

std::uint64_t tally::compared() const {
  const family_tally sum = total();
  return sum.specimens - sum.unsupported - sum.elsewhere;
}

tally compare(opguest::byte_source& from, opguest::engine_kind on, const finding_visitor& found,
              const progress_visitor& progress) {
  const header h = system_guest::read_header(from);
  tally sums{on};
  const generator specimens{h.machine, h.seed};
  comparer compare{h.machine, found, sums};
  specimen s;
  std::uint32_t number = h.first;
  const auto next = [&] {
    try {
      const std::uint8_t mark = from.get8();
      if (mark != record::result_mark && mark != record::end_mark)
        throw opguest::broken_stream("the guest program's results end before they are complete");
      return mark;
    } catch (const std::runtime_error& e) {
      specimens.make(number, s);
      throw std::runtime_error(
          fmt::format("{}\nIt was about to report specimen {}: {}", e.what(), number, describe(s)));
    }
  };
  for (std::uint8_t mark = next(); mark != record::end_mark; mark = next()) {
    specimens.make(number, s);
    compare.one(number, s, read_result(from, s));
    ++number;
    if (progress && (number - h.first) % 1024 == 0) progress(number - h.first);
  }
  if (from.get32() != number - h.first) throw opguest::broken_stream("the guest ran another number of specimens");
  return sums;
}

}  // namespace umbra::system_guest
