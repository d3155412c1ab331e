// Zydis, once for each mode that the emulator decodes.
#pragma once

#include <Zydis/Zydis.h>

#include <cstdint>
#include <vector>

#include "core/emulate/decoder.hpp"

namespace umbra::emucheck {

/// Real mode; protected mode of 16 and of 32 bits; 64-bit mode.
constexpr emulate::code_mode code_modes[] = {{16, false}, {16, true}, {32, true}, {64, true}};

class zydis {
 public:
  zydis() {
    constexpr ZydisMachineMode machine[] = {ZYDIS_MACHINE_MODE_REAL_16, ZYDIS_MACHINE_MODE_LEGACY_16,
                                            ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_MACHINE_MODE_LONG_64};
    constexpr ZydisStackWidth stack[] = {ZYDIS_STACK_WIDTH_16, ZYDIS_STACK_WIDTH_16, ZYDIS_STACK_WIDTH_32,
                                         ZYDIS_STACK_WIDTH_64};
    for (unsigned n = 0; n < std::size(code_modes); ++n) ZydisDecoderInit(&decoders_[n], machine[n], stack[n]);
  }

  /// `mode` counts code_modes.
  ZyanStatus decode(unsigned mode, const std::vector<std::uint8_t>& bytes, ZydisDecodedInstruction& out) const {
    return ZydisDecoderDecodeInstruction(&decoders_[mode], nullptr, bytes.data(), bytes.size(), &out);
  }

 private:
  ZydisDecoder decoders_[std::size(code_modes)];
};

/// What the emulator's decoder says of the first 15 bytes.
inline emulate::decoding decode_ours(unsigned mode, const std::vector<std::uint8_t>& bytes, emulate::instruction& out) {
  emulate::code_bytes code;
  while (code.count < emulate::longest_instruction && code.count < bytes.size()) {
    code.bytes[code.count] = bytes[code.count];
    ++code.count;
  }
  return emulate::decode(code, code_modes[mode], out);
}

}  // namespace umbra::emucheck
