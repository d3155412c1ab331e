#include "fuzz/registers/host/compare.hpp"

#include "fuzz/registers/shared/generator.hpp"
#include "fuzz/registers/shared/record.hpp"

namespace umbra::registercheck {
namespace {

outcome read_outcome(opguest::byte_source& from) {
  outcome o;
  o.vector = from.get8();
  o.error_code = from.get32();
  o.value = from.get64();
  o.dr6 = from.get64();
  o.dr7 = from.get64();
  return o;
}

void judge(std::uint32_t number, const processor& machine, const trial& t, const outcome& o, tally& sums,
           const finding_visitor& found) {
  const expectation e = expect(machine, t);
  ++sums.trials;
  ++(o.vector == outcome::none ? sums.completed : sums.faulted)[static_cast<unsigned>(t.what)];
  const std::string wrong = e.judge(t, o);
  if (wrong.empty()) return;
  if (const auto known = explanation(t, o, e)) {
    ++sums.different, ++sums.by_difference[*known];
    return;
  }
  ++sums.unexplained;
  found(number, {t, o, wrong});
}

}  // namespace

tally::tally() : by_difference(known_differences().size()) {}

void tally::add(const tally& other) {
  trials += other.trials, different += other.different, unexplained += other.unexplained;
  for (unsigned i = 0; i < instructions; ++i) completed[i] += other.completed[i], faulted[i] += other.faulted[i];
  for (std::size_t i = 0; i < by_difference.size(); ++i) by_difference[i] += other.by_difference[i];
}

tally compare(opguest::byte_source& from, const finding_visitor& found, const opguest::progress_visitor& progress) {
  from.skip_to(record::magic);
  const auto machine = from.get_words<processor>();
  const generator trials{machine, from.get64()};
  std::uint32_t number = from.get32();
  tally sums;
  for (std::uint8_t mark = from.get8(); mark != record::end_mark; mark = from.get8(), ++number) {
    if (mark != record::trial_mark) throw opguest::broken_stream("a trial should begin here");
    judge(number, machine, trials.make(number), read_outcome(from), sums, found);
    if (progress && sums.trials % 1024 == 0) progress(sums.trials);
  }
  if (from.get32() != sums.trials) throw opguest::broken_stream("the program counts other trials than arrived");
  return sums;
}

}  // namespace umbra::registercheck
