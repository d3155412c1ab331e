// What a vCPU asks of userspace when no device in the core answers, in the terms of KVM's kvm_run.
#pragma once

#include <array>

#include <word/word.hpp>

namespace umbra::io {

enum class space : unsigned char { port, memory };

struct request {
  /// The most items of a string instruction that one request carries.
  static constexpr unsigned limit = 512;

  io::space space = io::space::port;
  bool write = false;
  word address{};                  ///< port number, or guest-physical address
  unsigned bytes = 0;              ///< of one item: 1, 2 or 4 for a port, 1 to 8 for memory
  unsigned count = 0;              ///< items; more than one for string instructions on ports only
  std::array<word, limit> data{};  ///< written items; or where userspace puts those that were read
};

}  // namespace umbra::io
