// AFL++'s side of the structure-aware mutators: a library that afl-fuzz loads (AFL_CUSTOM_MUTATOR_LIBRARY), around the
// functions that libFuzzer calls. Each target's mutator makes one.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/mutator/random.hpp"

extern "C" {
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed);
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1, const std::uint8_t* data2,
                                      std::size_t size2, std::uint8_t* out, std::size_t max_out, unsigned seed);
}

namespace {

using bytes = std::span<const std::uint8_t>;

umbra::fuzz::random& byte_chance() {
  static umbra::fuzz::random r(1);
  return r;
}

/// afl-fuzz hands out the same queue entry many times in a row, libFuzzer what came of the last mutation. The mutators
/// are made for the latter, and know themselves when to go back.
class row {
 public:
  explicit row(unsigned seed) : chance_(seed) { byte_chance() = umbra::fuzz::random(chance_.next()); }

  bytes next(bytes given, bytes other, std::size_t limit) {
    limit = std::min(limit, longest);
    if (!std::ranges::equal(given, first_) || length_ == deep) {
      first_.assign(given.begin(), given.end());
      now_ = first_;
      length_ = 0;
    }
    ++length_;
    const auto seed = static_cast<unsigned>(chance_.next());
    if (!other.empty() && chance_.one_in(2)) {
      made_.resize(limit);
      made_.resize(
          LLVMFuzzerCustomCrossOver(now_.data(), now_.size(), other.data(), other.size(), made_.data(), limit, seed));
    } else {
      made_.assign(now_.begin(), now_.begin() + static_cast<std::ptrdiff_t>(std::min(now_.size(), limit)));
      const std::size_t size = made_.size();
      made_.resize(limit);
      made_.resize(LLVMFuzzerCustomMutator(made_.data(), size, limit, seed));
    }
    now_ = made_;
    return made_;
  }

  /// As -mutate_depth and -max_len are for libFuzzer (tools/fuzz).
  static constexpr unsigned deep = 40;

 private:
  static constexpr std::size_t longest = 4096;

  umbra::fuzz::random chance_;
  std::vector<std::uint8_t> first_, now_, made_;
  unsigned length_ = 0;
};

}  // namespace

extern "C" {

/// Bytes as bytes, which libFuzzer lends its mutators: some of them become any.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size) {
  umbra::fuzz::random& chance = byte_chance();
  if (size < max_size && (size == 0 || chance.one_in(4))) data[size++] = static_cast<std::uint8_t>(chance.next());
  for (unsigned n = 1 + chance.below(4); n > 0 && size > 0; --n)
    data[chance.below(static_cast<unsigned>(size))] = static_cast<std::uint8_t>(chance.next());
  return size;
}

[[gnu::visibility("default")]] void* afl_custom_init(void* /*afl*/, unsigned seed) { return new row(seed); }

[[gnu::visibility("default")]] void afl_custom_deinit(void* data) { delete static_cast<row*>(data); }

/// Few at a time: other nodes and other engines are heard between two queue entries.
[[gnu::visibility("default")]] unsigned afl_custom_fuzz_count(void*, const std::uint8_t*, std::size_t) {
  return 4 * row::deep;
}

/// What it returns in `out` is good until the next call.
[[gnu::visibility("default")]] std::size_t afl_custom_fuzz(void* data, std::uint8_t* buf, std::size_t size,
                                                           std::uint8_t** out, std::uint8_t* other,
                                                           std::size_t other_size, std::size_t max_size) {
  const bytes made = static_cast<row*>(data)->next({buf, size}, {other, other == nullptr ? 0 : other_size}, max_size);
  *out = const_cast<std::uint8_t*>(made.data());
  return made.size();
}
}
