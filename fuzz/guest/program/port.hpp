// Ports: the debug console 0xe9, on which all results leave, and the ports that end an emulator's run.
#pragma once

#include <cstdint>

namespace umbra::opguest {

/// Bytes for the host, gathered so that one instruction sends many.
class console {
 public:
  void put8(std::uint8_t value) {
    if (used_ == sizeof(bytes_)) flush();
    bytes_[used_++] = value;
  }
  void put16(std::uint16_t value) {
    put8(static_cast<std::uint8_t>(value)), put8(static_cast<std::uint8_t>(value >> 8));
  }
  void put32(std::uint32_t value) {
    put16(static_cast<std::uint16_t>(value)), put16(static_cast<std::uint16_t>(value >> 16));
  }
  void put64(std::uint64_t value) {
    put32(static_cast<std::uint32_t>(value)), put32(static_cast<std::uint32_t>(value >> 32));
  }
  /// An object that is made of 64-bit words.
  template <class T>
  void put_words(const T& object) {
    const auto* const words = reinterpret_cast<const std::uint64_t*>(&object);
    for (unsigned i = 0; i < sizeof(T) / 8; ++i) put64(words[i]);
  }
  void flush() {
    const std::uint8_t* from = bytes_;
    unsigned count = used_;
    asm volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(0xe9) : "memory");
    used_ = 0;
  }

 private:
  unsigned used_ = 0;
  std::uint8_t bytes_[4096];
};

/// Ends the run: QEMU's isa-debug-exit, then Bochs's shutdown port, then nothing.
[[noreturn]] inline void power_off() {
  asm volatile("outb %%al, %%dx" : : "a"(0), "d"(0xf4));
  for (const char* c = "Shutdown"; *c; ++c) asm volatile("outb %%al, %%dx" : : "a"(*c), "d"(0x8900));
  for (;;) asm volatile("hlt");
}

}  // namespace umbra::opguest
