// libFuzzer's side of the mutator of trials.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "fuzz/trial/compose.hpp"
#include "fuzz/trial/raw.hpp"

/// The engine's own mutations. Not every engine lends them.
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace umbra::fuzz;

std::size_t emit(const trial& t, std::uint8_t* out, std::size_t limit) {
  static std::vector<std::uint8_t> bytes;
  encode_trial(t, bytes);
  const std::size_t size = std::min(bytes.size(), limit);
  std::memcpy(out, bytes.data(), size);
  return size;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  umbra::fuzz::random chance(seed);
  // Bytes as bytes now and then: the decoding's own corners.
  if (LLVMFuzzerMutate != nullptr && chance.one_in(32)) return LLVMFuzzerMutate(data, size, max_size);
  static trial t;
  if (size < 2 || chance.one_in(2)) {
    t = compose_trial(chance);
  } else {
    decode_trial({data, size}, t);
    mutate_trial(t, chance);
  }
  return emit(t, data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2, std::uint8_t* out,
                                                 std::size_t max_out, unsigned seed) {
  umbra::fuzz::random chance(seed);
  static trial a, b;
  decode_trial({data1, size1}, a);
  decode_trial({data2, size2}, b);
  return emit(cross_trials(a, b, chance), out, max_out);
}
