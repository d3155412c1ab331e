// The devices in the core, by the ports and addresses that they answer. What none claims is userspace's to answer.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/io/request.hpp"

namespace umbra::io {

/// A device: the first member of whatever implements it. Each function is given the offset in the range that it was
/// registered for, and an item that lies in that range as a whole. False: not claimed, ask userspace.
struct device {
  bool (*read)(device&, word offset, unsigned bytes, word& value);
  bool (*write)(device&, word offset, unsigned bytes, word value);
};

class bus {
 public:
  static constexpr unsigned limit = 16;

  /// Puts a device in charge of `length` ports or bytes from `base` on. False, and nothing changed, if the range is
  /// empty, wraps, meets another device's, or if the table is full.
  bool attach(io::space, word base, word length, device&);
  /// Takes away all ranges of a device.
  void detach(const device&);

  /// Asks the device in charge. False: none is, or it does not claim the item.
  bool read(io::space, word address, unsigned bytes, word& value) const;
  bool write(io::space, word address, unsigned bytes, word value) const;

 private:
  struct range {
    io::space space{};
    word base{}, length{};
    device* owner = nullptr;  ///< null: the entry is free
  };

  const range* find(io::space, word address, unsigned bytes) const;

  std::array<range, limit> ranges_{};
};

}  // namespace umbra::io
