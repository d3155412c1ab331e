// What answers a vCPU's ports and accesses outside memory. Each vCPU has its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>

namespace umbra::vmm {

class devices {
 public:
  /// What the guest reads at SEED_PORT.
  void set_seed(std::uint32_t seed) { seed_ = seed; }
  /// Accesses where nothing is: reads give ones, writes are lost.
  void open_bus() { open_bus_ = true; }

  /// Items of `size` bytes each, one after the other: those that come from a port, or go to one. Throws
  /// std::runtime_error if there is no such port.
  void input(std::uint16_t port, std::span<std::byte> items, std::size_t size);
  void output(std::uint16_t port, std::span<const std::byte> items, std::size_t size);

  /// Throws std::runtime_error if nothing is there, unless the bus is open.
  void load(std::uint64_t address, std::span<std::byte> data);
  void store(std::uint64_t address, std::span<const std::byte> data);

  /// What was written to the console's port.
  const std::string& said() const { return said_; }

 private:
  /// Whether that is the slate; throws std::runtime_error if nothing may be there.
  bool is_slate(std::uint64_t address, std::size_t bytes) const;

  std::string said_;
  std::deque<std::byte> echo_;
  std::array<std::byte, 4096> slate_{};
  std::uint64_t loads_ = 0, stores_ = 0;
  std::uint32_t seed_ = 0;
  bool open_bus_ = false;
};

}  // namespace umbra::vmm
