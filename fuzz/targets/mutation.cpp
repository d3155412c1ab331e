// libFuzzer's side of the structure-aware mutator.
//
// UMBRA_EXITS: programs are to be about VM exits.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "fuzz/mutator/mutator.hpp"
#include "fuzz/ops/codec.hpp"
#include "fuzz/targets/made.hpp"

/// The engine's own mutations. Not every engine lends them.
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace umbra::fuzz;

/// Ops of most programs, and of the others. Short ones run often; what takes long to come about needs the long ones.
constexpr std::size_t usual_program = 19, long_program = 48, generated_program = 18;

/// Changes that pile up before the next one starts from the beginning again.
constexpr unsigned pile = 5;

/// The programs that come of one input. The engine hands us what we made last, as often in a row as -mutate_depth says.
/// Long rows are good: their programs begin alike, and what they have in common need not run again (warm_start.hpp).
/// Far from where they began they find less; so now and then we go back there.
class row {
 public:
  /// The program to change, given its bytes.
  program& next(std::span<const std::uint8_t> given) {
    if (!std::ranges::equal(given, last_)) {
      first_.assign(given.begin(), given.end());
      length_ = 0;
      decode(given, now_);
    } else if (length_ % pile == 0) {
      decode(first_, now_);
    }
    ++length_;
    return now_;
  }
  /// The program that came of it, to the engine. Cut, its bytes are a program still, but another one.
  std::size_t emit(const program& p, std::uint8_t* out, std::size_t limit) {
    encode(p, last_);
    const std::size_t size = std::min(last_.size(), limit);
    std::memcpy(out, last_.data(), size);
    if (&p != &now_) now_ = p;
    if (size < last_.size()) last_.clear();
    return size;
  }

  /// The program that emit() got, if what it gave were these bytes.
  const program* made_of(std::span<const std::uint8_t> bytes) const {
    return !bytes.empty() && std::ranges::equal(bytes, last_) ? &now_ : nullptr;
  }

  program other, crossed;  ///< reused from call to call, so that mutation does not allocate

 private:
  std::vector<std::uint8_t> first_, last_;
  program now_;  ///< what `last_` are the bytes of
  unsigned length_ = 0;
};

#ifdef UMBRA_EXITS
constexpr taste about = taste::exits;
#else
constexpr taste about = taste::tables;
#endif

row& the_row() {
  static row r;
  return r;
}

}  // namespace

namespace umbra::fuzz {

const program* made_of(std::span<const std::uint8_t> bytes) { return the_row().made_of(bytes); }

}  // namespace umbra::fuzz

namespace {

std::size_t some_length(umbra::fuzz::random& chance) { return chance.one_in(8) ? long_program : usual_program; }

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  umbra::fuzz::random chance(seed);
  // Bytes as bytes now and then: the codec's own corners.
  if (LLVMFuzzerMutate != nullptr && chance.one_in(32)) return LLVMFuzzerMutate(data, size, max_size);
  program& p = the_row().next({data, size});
  if (size < 2 || chance.one_in(48)) {
    p = generate(chance.next(), generated_program, about);
  } else {
    mutate(p, chance, some_length(chance), about);
  }
  return the_row().emit(p, data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2, std::uint8_t* out,
                                                 std::size_t max_out, unsigned seed) {
  umbra::fuzz::random chance(seed);
  row& r = the_row();
  const std::size_t ops = some_length(chance);
  program& p = r.next({data1, size1});
  // The engine asks for a crossover as often as for a mutation, which is too often.
  if (!chance.one_in(3)) {
    mutate(p, chance, ops, about);
    return r.emit(p, out, max_out);
  }
  decode({data2, size2}, r.other);
  cross(p, r.other, r.crossed, chance, ops, about);
  return r.emit(r.crossed, out, max_out);
}
