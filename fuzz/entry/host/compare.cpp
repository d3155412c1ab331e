#include "fuzz/entry/host/compare.hpp"

#include <memory>
#include <string>

#include "core/x86/exit_reason.hpp"
#include "fuzz/entry/shared/generator.hpp"
#include "fuzz/entry/shared/record.hpp"

namespace umbra::entrycheck {
namespace {

reference::entry_answer read_answer(opguest::byte_source& from) {
  reference::entry_answer a;
  a.error = from.get8();
  const std::uint32_t reason = from.get32();
  a.qualification = from.get64();
  if ((reason & x86::exit_reason_field::entry_failed) == 0)
    return {.error = a.error};  // any exit of a guest that was entered
  a.exit_reason = reason & 0xffff;
  return a;
}

end end_of(const reference::entry_answer& a) {
  if (a.error == 7) return end::control_error;
  if (a.error == 8) return end::host_error;
  if (a.error != 0) return end::other;
  if (a.exit_reason == 0) return end::entered;
  if (a.exit_reason == 34) return end::msr;
  if (a.exit_reason != 33) return end::other;
  switch (a.qualification) {
    case 0:
      return end::guest_state;
    case 2:
      return end::pdptes;
    case 3:
      return end::nmi;
    case 4:
      return end::link;
  }
  return end::other;
}

void judge(std::uint32_t number, const judged& expected, const reference::entry_answer& observed, tally& sums,
           const finding_visitor& found) {
  ++sums.attempts;
  ++sums.by_end[static_cast<unsigned>(end_of(observed))];
  const std::vector<unsigned> broken = expected.broken();
  if (reference::legal(expected.verdict, observed)) {
    const bool failed = observed.error != 0 || observed.exit_reason != 0;
    if (failed && broken.size() == 1) ++sums.confirmed[broken[0]];
    return;
  }
  std::vector<unsigned> used;
  if (reference::legal(as_emulated(expected, broken, used), observed)) {
    ++sums.different;
    for (const unsigned i : used) ++sums.by_difference[i];
    return;
  }
  ++sums.unexplained;
  found(number, {expected, broken, observed});
}

}  // namespace

tally::tally() : by_difference(known_differences().size()), confirmed(reference::rule_count()) {}

void tally::add(const tally& other) {
  attempts += other.attempts, different += other.different, unexplained += other.unexplained;
  for (unsigned i = 0; i < ends; ++i) by_end[i] += other.by_end[i];
  for (std::size_t i = 0; i < by_difference.size(); ++i) by_difference[i] += other.by_difference[i];
  for (std::size_t i = 0; i < confirmed.size(); ++i) confirmed[i] += other.confirmed[i];
}

tally compare(opguest::byte_source& from, const finding_visitor& found, const opguest::progress_visitor& progress) {
  from.skip_to(record::magic);
  const auto machine = from.get_words<capabilities>();
  const auto own = from.get_words<host>();
  const std::uint64_t seed = from.get64();
  std::uint32_t number = from.get32();
  const generator states{machine, own, seed};
  const auto s = std::make_unique<state>();
  tally sums;
  for (std::uint8_t mark = from.get8(); mark != record::end_mark; mark = from.get8(), ++number) {
    if (mark != record::attempt_mark) throw opguest::broken_stream("an attempt should begin here");
    states.make(number, *s);
    if (from.get32() != digest(*s))
      throw opguest::broken_stream("program and host made different states of number " + std::to_string(number));
    const reference::entry_answer observed = read_answer(from);
    judge(number, judged{*s, machine}, observed, sums, found);
    if (progress && sums.attempts % 1024 == 0) progress(sums.attempts);
  }
  if (from.get32() != sums.attempts) throw opguest::broken_stream("the program counts other attempts than arrived");
  return sums;
}

}  // namespace umbra::entrycheck
