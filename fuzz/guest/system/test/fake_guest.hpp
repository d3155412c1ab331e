// A guest program without a machine: answers specimens by the emulator itself and sends that as results. With it the
// comparison is tested: it must accept these, and notice each way in which they are spoilt.
#pragma once

#include <functional>

#include "fuzz/guest/shared/record.hpp"
#include "fuzz/guest/system/host/compare.hpp"
#include "fuzz/guest/system/shared/generator.hpp"
#include "fuzz/guest/system/shared/memory.hpp"
#include "fuzz/guest/system/shared/record.hpp"
#include "fuzz/guest/test/written_stream.hpp"

namespace umbra::system_guest {

constexpr abilities full{
    {.maxphyaddr = 40, .no_execute = true, .long_mode = true, .gbpages = true, .smep = true, .smap = true}, true};

class fake_guest : public opguest::written_stream {
 public:
  /// May change what the guest reports of a specimen.
  using spoiler = std::function<void(const specimen&, const prediction&, result&)>;

  explicit fake_guest(std::uint64_t seed) : seed_(seed) {
    put(record::magic, 4), put(full.maxphyaddr, 1), put(opguest::record::pack(full), 1), put(full.pedantic, 1);
    put(seed, 8), put(0, 4);
  }

  void run(std::uint32_t count, const spoiler& spoil = {}) {
    const generator made{full, seed_};
    subject honest{full};
    specimen s;
    for (std::uint32_t number = 0; number < count; ++number) {
      made.make(number, s);
      const prediction p = honest.run(s);
      result r = p.what;
      if (spoil && p.how == prediction::end::event) spoil(s, p, r);
      send(s, r);
    }
    count_ = count;
  }

  void end() { put(record::end_mark, 1), put(count_, 4); }

 private:
  void send(const specimen& s, const result& r) {
    put(record::result_mark, 1), put(r.vector, 1), put(digest(s), 4), put(r.error, 4);
    std::uint64_t changed = 0;
    for (unsigned slot = 0; slot < SLOT_COUNT; ++slot)
      if (r.after[slot] != s.before[slot]) changed |= std::uint64_t{1} << slot;
    put(changed, 8);
    for (unsigned slot = 0; slot < SLOT_COUNT; ++slot)
      if (changed >> slot & 1) put(r.after[slot], 8);
    put(r.memory.size(), 1);
    for_each_watched([&](std::uint32_t at, unsigned index) {
      if (const auto found = r.memory.find(at); found != r.memory.end()) put(index, 2), put(found->second, 4);
    });
  }

  std::uint64_t seed_;
  std::uint32_t count_ = 0;
};

}  // namespace umbra::system_guest
