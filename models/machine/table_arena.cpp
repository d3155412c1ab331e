#include "models/machine/table_arena.hpp"

#include <cstdint>
#include <cstring>

#include "models/machine/address_space.hpp"
#include "models/machine/poison.hpp"

namespace umbra::machine {
namespace {

// A core that gives tables back empty, as it should when it wants speed, leaves nothing to clear; reading is cheaper
// than writing. This reads more memory than all else that an input does: hence vectors, and no sanitizer.
using vector [[gnu::vector_size(64)]] = std::uint64_t;

[[clang::no_sanitize("address", "undefined"), gnu::always_inline]]
inline bool all_zero_by_vectors(const vector* v) {
  constexpr unsigned count = sizeof(table) / sizeof(vector), stride = 16;
  for (unsigned n = 0; n < count; n += stride) {
    vector any{};
    for (unsigned k = 0; k < stride; ++k) any |= v[n + k];
    std::uint64_t folded = 0;
    for (unsigned k = 0; k < sizeof(vector) / 8; ++k) folded |= any[k];
    if (folded != 0) return false;
  }
  return true;
}

[[clang::no_sanitize("address", "undefined")]]
bool all_zero_anywhere(const vector* v) { return all_zero_by_vectors(v); }

#if defined(__x86_64__)
[[clang::no_sanitize("address", "undefined"), gnu::target("avx2")]]
bool all_zero_avx2(const vector* v) { return all_zero_by_vectors(v); }

const auto all_zero = __builtin_cpu_supports("avx2") ? all_zero_avx2 : all_zero_anywhere;
#else
const auto all_zero = all_zero_anywhere;
#endif

}  // namespace

table_arena::table_arena() : base_(static_cast<table*>(take_address_space(sizeof(table) * total))) {
  poison(base_, sizeof(table) * total);
}

table_arena::~table_arena() {
  unpoison(base_, sizeof(table) * total);
  give_address_space(base_, sizeof(table) * total);
}

void table_arena::reset() {
  for (region* r : {&high_, &low_}) {
    for (unsigned n = r->first; n < r->first + r->fresh; ++n) {
      if (out_[n]) release(base_ + n);
    }
    r->fresh = 0;
  }
}

table* table_arena::allocate(region& r) {
  unsigned n = r.first + r.fresh;
  if (r.fresh < r.limit) {
    ++r.fresh;
  } else {
    for (n = r.first; n < r.first + r.limit && out_[n]; ++n) {}
    if (n == r.first + r.limit) return nullptr;
  }
  unpoison(base_ + n, sizeof(table));
  if (used_[n]) clean(n);
  used_[n] = true;
  out_[n] = true;
  ++r.out;
  return base_ + n;
}

bool table_arena::release(const table* t) {
  if (!t) return true;
  const std::uint64_t hfn = frame_of(t);
  if (hfn == 0) return false;
  const auto n = static_cast<unsigned>(t - base_);
  out_[n] = false;
  --(n < table_limit ? high_ : low_).out;
  poison(t, sizeof(table));
  return true;
}

std::uint64_t table_arena::frame_of(const table* t) const {
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(t) - reinterpret_cast<std::uintptr_t>(base_);
  const std::uintptr_t n = offset / sizeof(table);
  if (n >= total || offset % sizeof(table) != 0 || !out_[n]) return 0;
  return n < table_limit ? first_table_frame + n : first_low_frame + (n - table_limit);
}

void table_arena::clean(unsigned n) {
  void* page = base_ + n;
  if (!all_zero(static_cast<const vector*>(page))) std::memset(page, 0, sizeof(table));
}

}  // namespace umbra::machine
