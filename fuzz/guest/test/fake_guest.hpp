// A guest program without a machine: answers a scene's probes by the reference model itself and sends that as results.
// With it the comparison is tested: it must accept these, and notice each way in which they are spoilt.
#pragma once

#include <functional>
#include <memory>

#include "fuzz/guest/host/compare.hpp"
#include "fuzz/guest/shared/generator.hpp"
#include "fuzz/guest/test/written_stream.hpp"

namespace umbra::opguest {

class fake_guest : public written_stream {
 public:
  /// May change what the guest reports of a probe.
  using spoiler = std::function<void(const scene&, const probe&, const reference::translation&, result&)>;

  fake_guest(environment machine, std::uint64_t seed) : machine_(machine), seed_(seed) {
    put(record::magic, 4), put(machine.maxphyaddr, 1), put(record::pack(machine), 1), put(seed, 8), put(0, 4);
  }

  void run(std::uint32_t scenes, const spoiler& spoil = {}) {
    const generator made{machine_, seed_};
    const windows w = draw_windows(seed_, 0);
    const auto s = std::make_unique<scene>();
    for (std::uint32_t number = 0; number < scenes; ++number) {
      made.make(number, w, *s);
      run_scene(number, *s, spoil);
    }
  }

  void end() { put(record::end_mark, 1), put(translations_, 4); }

 private:
  void run_scene(std::uint32_t number, const scene& s, const spoiler& spoil) {
    put(record::scene_mark, 1), put(number, 4);
    memory_.load(s);
    for (unsigned i = 0; i < s.probes_used; ++i) {
      if (i % accesses_between_restores == 0) memory_.restore_leaves();
      const probe& p = s.probes[i];
      const auto t = reference::walk(memory_, registers_for(machine_, s, p), p.gva, access_for(p));
      result r = honest(p, t);
      if (spoil) spoil(s, p, t, r);
      for (const result::change& c : r.changes) memory_.flip(c.site, c.flipped);
      send(r);
      ++translations_;
    }
    put(record::scene_end, 1), put(0, 1), put(digest(s), 4);
  }

  result honest(const probe& p, const reference::translation& t) const {
    result r;
    r.exception = t.faults;
    r.error = static_cast<std::uint16_t>(t.error_code);
    r.tag = static_cast<std::uint32_t>(t.address >> 12);
    if (p.what == kind::implicit) r.tag &= 0xff;
    for (unsigned step = 0; step < t.steps; ++step)
      if (t.used[step].set != 0)
        r.changes.push_back({static_cast<std::uint8_t>(memory_.site_at(t.used[step].gpa)),
                             static_cast<std::uint8_t>(t.used[step].set)});
    return r;
  }

  void send(const result& r) {
    namespace shape = record::shape;
    put(r.changes.size() | (r.exception ? shape::exception : 0) | (r.vector != 14 ? shape::other_vector : 0) |
            (r.other_address ? shape::other_address : 0) | (r.lost_write ? shape::lost_write : 0),
        1);
    if (r.vector != 14) put(r.vector, 1);
    if (r.exception) put(r.error, 2);
    if (r.other_address) put(r.address, 8);
    if (!r.exception) put(r.tag, 4);
    for (const result::change& c : r.changes) put(c.site, 1), put(c.flipped, 1);
  }

  environment machine_;
  std::uint64_t seed_;
  table_memory memory_;
  std::uint32_t translations_ = 0;
};

}  // namespace umbra::opguest
