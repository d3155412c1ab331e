#include "fuzz/guest/host/compare.hpp"

#include <algorithm>
#include <memory>

#include "core/x86/page_fault.hpp"
#include "fuzz/guest/shared/generator.hpp"

namespace umbra::opguest {
namespace {

/// Compares the probes of one scene after the other.
class comparer {
 public:
  comparer(const environment& machine, const finding_visitor& found, tally& sums)
      : machine_(machine), found_(found), sums_(sums) {}

  void begin(std::uint32_t number, const scene& s) {
    number_ = number;
    scene_ = &s;
    memory_.load(s);
  }

  void one(unsigned index, const result& observed) {
    if (index % accesses_between_restores == 0) memory_.restore_leaves();
    const probe& p = scene_->probes[index];
    const reference::registers r = registers_for(machine_, *scene_, p);
    const reference::translation expected = reference::walk(memory_, r, p.gva, access_for(p));
    mismatch m{.which = aspect::stray,
               .machine = machine_,
               .setting = *scene_,
               .tried = p,
               .registers = r,
               .expected = expected,
               .observed = observed};
    explained_by_ = 0;
    unexplained_ = false;
    index_ = index;
    if (memory_.take_strayed() || expected.rootless) judge(m);
    compare_outcome(m);
    compare_entries(m);
    for (const result::change& c : observed.changes) memory_.flip(c.site, c.flipped);
    count(p, r, expected);
  }

 private:
  void judge(const mismatch& m) {
    const auto known = known_differences(sums_.engine);
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i].explains(m)) {
        explained_by_ |= std::uint64_t{1} << i;
        return;
      }
    if (!unexplained_) found_(number_, index_, m, memory_);
    unexplained_ = true;
  }

  void judge(mismatch& m, aspect which) {
    m.which = which;
    judge(m);
  }

  void compare_outcome(mismatch& m) {
    const result& o = m.observed;
    if (o.exception != m.expected.faults || (o.exception && o.vector != 14)) return judge(m, aspect::outcome);
    if (m.expected.faults) {
      if (o.error != m.expected.error_code) judge(m, aspect::error_code);
      if (o.other_address) judge(m, aspect::address);
      return;
    }
    // Beyond memory nothing answers: that the access went through is all there is to compare.
    if (!layout::is_memory(m.expected.address)) return void(++sums_.untagged);
    const std::uint64_t frame = m.expected.address >> 12;
    const bool right = m.tried.what == kind::implicit ? o.tag == (frame & 0xff) : o.tag == frame && !o.lost_write;
    if (!right || (m.expected.address & 0xfff) != (m.tried.gva & 0xfff)) judge(m, aspect::frame);
  }

  /// Every entry that changed or should have.
  void compare_entries(mismatch& m) {
    std::uint64_t wanted[scene::max_sites] = {};
    int step_of[scene::max_sites];
    std::fill(std::begin(step_of), std::end(step_of), -1);
    bool concerned[scene::max_sites] = {};
    for (unsigned step = 0; step < m.expected.steps; ++step) {
      const int site = memory_.site_at(m.expected.used[step].gpa);
      if (site < 0) continue;
      step_of[site] = static_cast<int>(step);
      wanted[site] |= m.expected.used[step].set;
      concerned[site] = true;
    }
    std::uint64_t flipped[scene::max_sites] = {};
    for (const result::change& c : m.observed.changes) {
      if (c.site >= scene_->sites_used) throw broken_stream("a result names an entry that its scene does not have");
      flipped[c.site] = c.flipped;
      concerned[c.site] = true;
      ++sums_.entry_changes;
    }
    for (unsigned site = 0; site < scene_->sites_used; ++site) {
      if (!concerned[site] || flipped[site] == wanted[site]) continue;
      m.site = static_cast<int>(site);
      m.step = step_of[site];
      m.flipped = flipped[site];
      m.wanted = wanted[site];
      judge(m, aspect::entry_bits);
    }
  }

  void count(const probe& p, const reference::registers& r, const reference::translation& t) {
    ++sums_.translations;
    ++sums_.by_format[static_cast<unsigned>(scene_->mode)];
    ++sums_.by_kind[static_cast<unsigned>(p.what)];
    ++sums_.by_cpl[p.cpl];
    sums_.faults += t.faults;
    sums_.reserved_faults += t.faults && (t.error_code & x86::page_fault::reserved) != 0;
    sums_.different += explained_by_ != 0;
    for (std::size_t i = 0; i < sums_.by_difference.size(); ++i) sums_.by_difference[i] += explained_by_ >> i & 1;
    sums_.unexplained += unexplained_;
    sums_.shapes.insert(shape_of(p, r, t));
  }

  /// Everything but addresses: format, control bits, access, and how the walk went.
  std::uint64_t shape_of(const probe& p, const reference::registers& r, const reference::translation& t) const {
    std::uint64_t h = static_cast<unsigned>(scene_->mode) | static_cast<unsigned>(p.what) << 2 | p.cpl << 4 | p.ac << 6;
    const auto add = [&h](std::uint64_t value, unsigned bits) { h = h << bits | value; };
    add(reference::write_protect(r), 1), add(reference::smep(r), 1), add(reference::smap(r), 1);
    add(reference::no_execute_enabled(r), 1), add(has(r.cr4, x86::cr4::pse), 1);
    add(t.steps, 3), add(t.page_shift, 6), add(t.faults, 1), add(t.error_code, 5);
    add(t.write | t.user << 1 | t.execute << 2, 3);
    for (unsigned step = 0; step < t.steps; ++step) add(t.used[step].set >> 5, 2);
    return h;
  }

  const environment& machine_;
  const finding_visitor& found_;
  tally& sums_;
  const scene* scene_ = nullptr;
  std::uint32_t number_ = 0;
  unsigned index_ = 0;
  table_memory memory_;
  std::uint64_t explained_by_ = 0;  ///< bit i: known difference i
  bool unexplained_ = false;
};

}  // namespace

tally::tally(engine_kind on) : engine(on), by_difference(known_differences(on).size()) {}

void tally::add(const tally& other) {
  const auto sum = [](auto& into, const auto& from) {
    std::transform(into.begin(), into.end(), from.begin(), into.begin(), std::plus<>{});
  };
  scenes += other.scenes;
  translations += other.translations;
  faults += other.faults;
  entry_changes += other.entry_changes;
  sum(by_format, other.by_format);
  sum(by_kind, other.by_kind);
  sum(by_cpl, other.by_cpl);
  sum(by_difference, other.by_difference);
  different += other.different;
  unexplained += other.unexplained;
  reserved_faults += other.reserved_faults;
  untagged += other.untagged;
  shapes.insert(other.shapes.begin(), other.shapes.end());
}

tally compare(byte_source& from, engine_kind on, const finding_visitor& found, const progress_visitor& progress) {
  tally sums{on};
  const header h = read_header(from);
  const generator scenes{h.machine, h.seed};
  const auto s = std::make_unique<scene>();
  comparer one{h.machine, found, sums};
  result observed;
  windows w{};
  for (std::uint32_t number = h.first;; ++number) {
    const std::uint8_t mark = from.get8();
    if (mark == record::end_mark) break;
    if (mark != record::scene_mark || from.get32() != number)
      throw broken_stream("a scene's results do not begin where they should");
    if (number == h.first || number % scenes_in_epoch == 0) w = draw_windows(h.seed, number / scenes_in_epoch);
    scenes.make(number, w, *s);
    one.begin(number, *s);
    for (unsigned i = 0; i < s->probes_used; ++i) {
      read_result(from, observed);
      one.one(i, observed);
    }
    if (from.get8() != record::scene_end) throw broken_stream("a scene's results do not end where they should");
    if (from.get8() != 0)
      throw broken_stream("a word of a scene's tables changed that no walk uses: scene " + std::to_string(number));
    if (from.get32() != digest(*s)) throw broken_stream("guest and host made different scenes of one number");
    ++sums.scenes;
    if (progress && number % 64 == 0) progress(sums.translations);
  }
  if (from.get32() != sums.translations)
    throw broken_stream("the guest program counts other translations than arrived");
  return sums;
}

}  // namespace umbra::opguest
