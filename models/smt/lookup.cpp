#include "models/smt/lookup.hpp"

namespace umbra::smt {

namespace {

bool certain(flag f) { return raw(f).symbol == nullptr && raw(f).known != 0; }

constexpr unsigned frame_bits = 40;

}  // namespace

address_space::answer address_space::find(word frame) {
  std::vector<path::implication> same_frame;
  for (const answer& known : answers_) {
    const flag same = known.frame == frame;
    if (certain(same)) return known;
    same_frame.push_back({same, resized(64, frame_bits, raw(known.canonical))});
  }
  const bits canonical = path_.any_that_agrees("canonical", frame_bits, same_frame);
  answers_.push_back(behind(frame, word(resized(frame_bits, 64, canonical), 0)));
  // People read cases without aliases, in low memory, more easily.
  const answer& a = answers_.back();
  path_.prefer(a.canonical == frame);
  path_.prefer(a.frame < word{0xc0});
  path_.prefer(negate(a.read_only));
  for (std::size_t n = 0; n + 1 < answers_.size(); ++n)
    path_.prefer(either(answers_[n].canonical == a.canonical, answers_[n].host_frame != a.host_frame));
  return a;
}

address_space::answer address_space::find_canonical(word frame) {
  for (const answer& known : answers_) {
    if (certain(known.canonical == frame)) return known;
  }
  // It may lie under an alias itself, which does not matter here.
  return behind(frame, frame);
}

address_space::answer address_space::behind(word frame, word canonical) {
  std::vector<path::implication> backed, read_only, host;
  for (const answer& known : answers_) {
    const flag same = known.canonical == canonical;
    if (certain(same)) return {frame, canonical, known.backed, known.read_only, known.host_frame};
    backed.push_back({same, raw(known.backed)});
    read_only.push_back({same, raw(known.read_only)});
    host.push_back({same, resized(64, frame_bits, raw(known.host_frame))});
  }
  answer a{frame, canonical, {}, {}, {}};
  a.backed = flag(path_.any_that_agrees("backed", 0, backed), 0);
  a.read_only = flag(path_.any_that_agrees("read-only", 0, read_only), 0);
  a.host_frame = word(resized(frame_bits, 64, path_.any_that_agrees("host-frame", frame_bits, host)), 0);
  for (const std::uint64_t first : {first_table_frame, first_low_table_frame})
    path_.assume((a.host_frame & word{~(table_frames - 1)}) != word{first});
  return a;
}

}  // namespace umbra::smt
