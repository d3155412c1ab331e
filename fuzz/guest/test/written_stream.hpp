// The stream of a guest program that does not run: bytes as a test has written them.
#pragma once

#include <string>

#include "fuzz/guest/host/stream.hpp"

namespace umbra::opguest {

class written_stream {
 public:
  byte_source source() {
    return byte_source{[this](std::uint8_t* to, std::size_t limit) {
      const std::size_t count = sent_.copy(reinterpret_cast<char*>(to), limit, taken_);
      taken_ += count;
      return count;
    }};
  }

  std::string& bytes() { return sent_; }

 protected:
  void put(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) sent_ += static_cast<char>(value >> 8 * i);
  }

 private:
  std::string sent_;
  std::size_t taken_ = 0;
};

}  // namespace umbra::opguest
