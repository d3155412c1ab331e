// Reads the results that a guest program sends (shared/record.hpp), from a pipe or a file, as they come.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "fuzz/guest/shared/record.hpp"

namespace umbra::opguest {

/// The stream ended early, or is not what it should be.
struct broken_stream : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Bytes from somewhere. `read` fills a buffer with at least one byte, or returns 0 at the end.
class byte_source {
 public:
  using reader = std::function<std::size_t(std::uint8_t* to, std::size_t limit)>;

  /// `copy`, if not null, gets all that is read.
  explicit byte_source(reader read, std::FILE* copy = nullptr) : read_(std::move(read)), copy_(copy) {}

  std::uint8_t get8();
  std::uint16_t get16();
  std::uint32_t get32();
  std::uint64_t get64();
  /// An object that is made of 64-bit words.
  template <class T>
  T get_words() {
    std::array<std::uint64_t, sizeof(T) / 8> words;
    for (std::uint64_t& w : words) w = get64();
    return std::bit_cast<T>(words);
  }
  /// Reads up to and with this word. Bochs puts its own greeting before what a program sends.
  void skip_to(std::uint32_t magic);

 private:
  reader read_;
  std::FILE* copy_;
  std::array<std::uint8_t, 1 << 16> bytes_;
  std::size_t used_ = 0, held_ = 0;
};

/// What came of one access.
struct result {
  struct change {
    std::uint8_t site, flipped;
  };
  bool exception = false;
  std::uint8_t vector = 14;
  std::uint16_t error = 0;
  bool other_address = false;  ///< `address` is not what was accessed
  std::uint64_t address = 0;   ///< CR2, if `other_address`
  std::uint32_t tag = 0;
  bool lost_write = false;
  std::vector<change> changes;
};

struct header {
  environment machine;
  std::uint64_t seed = 0;
  std::uint32_t first = 0;
};

/// Called now and then with the number of units read so far; may be empty.
using progress_visitor = std::function<void(std::uint64_t)>;

header read_header(byte_source& from);
void read_result(byte_source& from, result& into);

}  // namespace umbra::opguest
