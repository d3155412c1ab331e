#include "tools/vmm/host/devices.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "tools/vmm/guests/devices.h"

namespace umbra::vmm {
namespace {

constexpr std::uint32_t answer = 0x756d'6272;

[[noreturn]] void nobody(const char* what, std::uint64_t where) {
  char text[64];
  std::snprintf(text, sizeof text, "the guest uses %s %#llx", what, static_cast<unsigned long long>(where));
  throw std::runtime_error(text);
}

}  // namespace

void devices::output(std::uint16_t port, std::span<const std::byte> items, std::size_t) {
  switch (port) {
    case CONSOLE_PORT:
      for (const std::byte b : items) said_ += static_cast<char>(b);
      break;
    case ECHO_PORT:
      echo_.insert(echo_.end(), items.begin(), items.end());
      break;
    default:
      nobody("port", port);
  }
}

void devices::input(std::uint16_t port, std::span<std::byte> items, std::size_t size) {
  switch (port) {
    case CONSOLE_PORT:
      for (std::size_t at = 0; at < items.size(); at += size) std::memcpy(&items[at], &answer, size);
      break;
    case SEED_PORT:
      std::memcpy(items.data(), &seed_, std::min(items.size(), sizeof seed_));
      break;
    case ECHO_PORT:
      for (std::byte& b : items) {
        if (echo_.empty()) throw std::runtime_error("the guest reads more than it has written");
        b = echo_.front();
        echo_.pop_front();
      }
      break;
    default:
      nobody("port", port);
  }
}

bool devices::is_slate(std::uint64_t address, std::size_t bytes) const {
  const bool is = address >= SLATE && address - SLATE <= slate_.size() - bytes;
  if (!is && !open_bus_) nobody("address", address);
  return is;
}

void devices::load(std::uint64_t address, std::span<std::byte> data) {
  if (address == SLATE_LOADS || address == SLATE_STORES) {
    std::memcpy(data.data(), address == SLATE_LOADS ? &loads_ : &stores_, data.size());
    return;
  }
  if (!is_slate(address, data.size())) {
    std::fill(data.begin(), data.end(), std::byte{0xff});
    return;
  }
  ++loads_;
  std::memcpy(data.data(), &slate_[address - SLATE], data.size());
}

void devices::store(std::uint64_t address, std::span<const std::byte> data) {
  if (address == SLATE_LOADS || address == SLATE_STORES) {
    (address == SLATE_LOADS ? loads_ : stores_) = 0;
    return;
  }
  if (!is_slate(address, data.size())) return;
  ++stores_;
  std::memcpy(&slate_[address - SLATE], data.data(), data.size());
}

}  // namespace umbra::vmm
