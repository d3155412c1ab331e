// The frame pool is a map from host frames to records, and keeps what it reserved.
#include "core/memory/frame_pool.hpp"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/properties/bench.hpp"
#include "fuzz/properties/steps.hpp"

namespace umbra::fuzz::properties {
namespace {

/// Host frames of which several fall into one bucket.
hfn some_frame(std::uint32_t n) { return {word{0x1'5a00'0000} + n % 16 + n / 16 % 4 * 256}; }

RC_GTEST_PROP(frame_pool, is_a_map_with_a_reserve, ()) {
  enum verb : unsigned { reserve, refuse, acquire, acquire_again, release, verbs };
  machine::machine& m = bench();
  {
    memory::frame_pool pool(m.host());
    std::map<word, memory::frame*> model;
    std::uint64_t reserved = 0;
    for (const step& s : *steps(verbs)) {
      const hfn number = some_frame(s.a);
      const std::size_t bytes = m.bytes_out();
      switch (s.verb) {
        case reserve:
        case refuse: {
          const std::uint64_t count = s.b % 24;
          if (s.verb == refuse) m.fail_allocation(0);
          const bool needed = count > reserved;
          RC_ASSERT(pool.reserve(count) == (s.verb == reserve || !needed));
          m.allow_allocations();
          RC_ASSERT((m.bytes_out() != bytes) == (s.verb == reserve && needed));
          if (s.verb == reserve && needed) reserved = count;
          break;
        }
        case release: {
          if (model.empty()) break;
          const auto gone = std::next(model.begin(), s.b % static_cast<unsigned>(model.size()));
          pool.release(*gone->second);
          model.erase(gone);
          ++reserved;
          break;
        }
        default: {
          const bool known = model.count(number.value) != 0;
          if (!known && reserved == 0) break;
          memory::frame& f = pool.acquire(number);
          RC_ASSERT(f.number == number);
          RC_ASSERT(m.bytes_out() == bytes);
          if (known) {
            RC_ASSERT(model[number.value] == &f);
          } else {
            RC_ASSERT(f.places == nullptr && f.rmap == 0u && f.leaves == 0u && f.shadows == nullptr);
            f.rmap = s.b;  // whatever a record held, the next frame's starts blank
            model[number.value] = &f;
            --reserved;
          }
        }
      }
      const auto known = model.find(number.value);
      RC_ASSERT(pool.find(number) == (known == model.end() ? nullptr : known->second));
      for (const auto& [n, f] : model) RC_ASSERT(pool.find({n}) == f && f->number.value == n);
    }
    for (const auto& [n, f] : model) pool.release(*f);
  }
  RC_ASSERT(m.bytes_out() == 0u);
  RC_ASSERT(m.incidents().count() == 0u);
}

}  // namespace
}  // namespace umbra::fuzz::properties
