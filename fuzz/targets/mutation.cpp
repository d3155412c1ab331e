// libFuzzer's side of the structure-aware mutator.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "fuzz/mutator/mutator.hpp"
#include "fuzz/ops/codec.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace umbra::fuzz;

/// Ops of most programs, and of the others. Short ones run often; what takes long to come about needs the long ones.
constexpr std::size_t usual_program = 20, long_program = 48;

/// Reused from call to call, so that mutation does not allocate.
struct scratch {
  program a, b, out;
  std::vector<std::uint8_t> bytes;
};
scratch& the_scratch() {
  static scratch s;
  return s;
}

/// Puts a program's bytes where the engine wants them; cut, they are a program still.
std::size_t emit(const program& p, std::uint8_t* out, std::size_t limit) {
  std::vector<std::uint8_t>& bytes = the_scratch().bytes;
  encode(p, bytes);
  const std::size_t size = std::min(bytes.size(), limit);
  std::memcpy(out, bytes.data(), size);
  return size;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  umbra::fuzz::random chance(seed);
  // Bytes as bytes now and then: the codec's own corners.
  if (chance.one_in(32)) return LLVMFuzzerMutate(data, size, max_size);
  program& p = the_scratch().a;
  if (size < 2 || chance.one_in(48)) {
    p = generate(chance.next());
  } else {
    decode({data, size}, p);
    mutate(p, chance, chance.one_in(8) ? long_program : usual_program);
  }
  return emit(p, data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1, const std::uint8_t* data2,
                                                 std::size_t size2, std::uint8_t* out, std::size_t max_out, unsigned seed) {
  umbra::fuzz::random chance(seed);
  const std::size_t ops = chance.one_in(8) ? long_program : usual_program;
  scratch& s = the_scratch();
  decode({data1, size1}, s.a);
  // The engine asks for a crossover as often as for a mutation, which is too often.
  if (!chance.one_in(3)) {
    mutate(s.a, chance, ops);
    return emit(s.a, out, max_out);
  }
  decode({data2, size2}, s.b);
  cross(s.a, s.b, s.out, chance, ops);
  return emit(s.out, out, max_out);
}
