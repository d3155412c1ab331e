// What executing a specimen came to, as any engine tells it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "fuzz/emulator/layout.hpp"
#include "fuzz/emulator/specimen.hpp"

namespace umbra::emucheck {

enum class outcome_kind : std::uint8_t {
  done,
  halted,
  fault,      ///< an exception with `vector`
  interrupt,  ///< a software interrupt with `vector`
  nowhere,    ///< an operand is not in memory
  other,      ///< the engine does not do it
};

const char* name_of(outcome_kind);

/// An item written to a port.
struct output {
  std::uint16_t port = 0;
  std::uint8_t bytes = 0;
  std::uint32_t value = 0;
  bool operator==(const output&) const = default;
};

struct outcome {
  outcome_kind kind = outcome_kind::other;
  unsigned vector = 0;
  cpu_state after{};
  std::vector<output> outputs;
  unsigned inputs = 0;      ///< items read from ports
  bool reads_code = false;  ///< the instruction's own bytes are an operand; noted if the engine was asked to look
};

/// What a read of a port gives, the n-th of an instruction.
constexpr std::uint32_t port_value(std::uint16_t port, unsigned n) {
  return 0x9e3779b9u * (port + 1u) + 0x01234567u * (n + 1u);
}

using ram_image = std::array<std::uint8_t, ram_bytes>;

/// Writes a specimen's code and pokes.
void prepare(ram_image&, const specimen&);
/// Descriptors that both engines load segments from, as they lie at gdt_at.
void write_descriptors(ram_image&, unsigned bits);
constexpr unsigned gdt_bytes = 0x30;
constexpr std::uint16_t code_selector = 0x08, data_selector = 0x10, fs_selector = 0x20, gs_selector = 0x28;
/// What a segment register holds at the start in protected mode.
constexpr std::uint16_t protected_selector(unsigned n) {
  constexpr std::uint16_t all[] = {data_selector, code_selector, data_selector,
                                   data_selector, fs_selector,   gs_selector};
  return all[n];
}

}  // namespace umbra::emucheck
