// One execution of a trial's instruction, from the first step to the last answer of userspace.
#pragma once

#include <cstdint>
#include <vector>

#include "fuzz/trial/guest.hpp"

namespace umbra::fuzz {

/// An item that a device was asked for, or given.
struct device_item {
  io::space space{};
  bool write = false;
  unsigned bytes = 0;
  std::uint64_t address = 0, value = 0;
  bool operator==(const device_item&) const = default;
};

/// A byte of memory that is not what it was.
struct changed_byte {
  std::uint32_t at = 0;  ///< guest-physical
  std::uint8_t before = 0, after = 0;
  bool operator==(const changed_byte& o) const { return at == o.at && after == o.after; }
};

struct performance {
  emulate::result last{};
  bool stuck = false;  ///< it did not come to an end
  unsigned again = 0;  ///< how often it had to be called again
  vcpu::register_set after{};
  word cr0{}, cr3{}, cr4{}, efer{};
  std::vector<device_item> items;
  unsigned inputs = 0;                ///< items read from ports
  std::vector<changed_byte> changes;  ///< by address

  bool completed() const { return last.next == emulate::verdict::done || last.next == emulate::verdict::halted; }
};

/// Plays userspace to an emulator. Ports and holes answer by rule; the device window, where it is no memory, holds what
/// memory would.
class stage {
 public:
  explicit stage(machine::ram& ram) : ram_(ram) {}

  /// Executes the instruction at CS:RIP to its end. `kept` is reused; `on`: what devices said before counts on.
  void perform(guest&, emulate::emulator&, performance& kept, bool on = false);
  /// What has changed since the journal had `mark` entries.
  void collect(std::size_t mark, std::vector<changed_byte>&);

  static std::uint64_t hole_value(std::uint64_t address, unsigned bytes);
  /// The device window as a device in the core, which answers at once.
  struct window : io::device {
    explicit window(stage& s);
    stage& owner;
    performance* to = nullptr;  ///< where it notes what it is asked
  };
  /// All ports as a device in the core, which answers as userspace does, and leaves each fifth item to it.
  struct ports : io::device {
    ports();
    bool takes() { return ++asked % 5 != 0; }
    performance* to = nullptr;
    unsigned asked = 0;
  };

 private:
  std::uint64_t read_window(std::uint64_t address, unsigned bytes);
  void write_window(std::uint64_t address, unsigned bytes, std::uint64_t value);
  void answer(io::request&, performance&);

  machine::ram& ram_;
  std::vector<std::uint32_t> seen_ = std::vector<std::uint32_t>(memory_end);
  std::uint32_t round_ = 0;
};

}  // namespace umbra::fuzz
