#include "fuzz/emulator/completeness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "fuzz/emulator/zydis.hpp"

namespace umbra::emucheck {

namespace {

struct omission {
  std::string_view mnemonic, reason;
};

constexpr omission omissions[] = {
    {"lar", "reads descriptors, and never exits"},
    {"lsl", "reads descriptors, and never exits"},
    {"verr", "reads descriptors, and never exits"},
    {"verw", "reads descriptors, and never exits"},
    {"syscall", "goes by MSRs, and never exits"},
    {"sysret", "goes by MSRs, and never exits"},
    {"sysenter", "goes by MSRs, and never exits"},
    {"sysexit", "goes by MSRs, and never exits"},
    {"swapgs", "goes by MSRs, and never exits"},
    {"rsm", "#UD outside system-management mode, which a guest does not have"},
    {"salc", "no manual describes it"},
    {"ud0", "#UD"},
    {"ud1", "#UD"},
    {"ud2", "#UD"},
};

bool general_purpose(const ZydisDecodedInstruction& i) {
  return i.meta.isa_ext == ZYDIS_ISA_EXT_BASE || i.meta.isa_ext == ZYDIS_ISA_EXT_LONGMODE;
}

/// The mnemonics of what Zydis decodes and the emulator refuses, over all opcodes, ModRM bytes and mandatory prefixes.
std::set<std::string> refused() {
  const zydis z;
  std::set<std::string> found;
  for (unsigned mode = 0; mode < std::size(code_modes); ++mode) {
    for (const int prefix : {-1, 0x66, 0xf2, 0xf3}) {
      for (unsigned opcode = 0; opcode < 512; ++opcode) {
        for (unsigned modrm = 0; modrm < 256; ++modrm) {
          std::vector<std::uint8_t> bytes;
          if (prefix >= 0) bytes.push_back(static_cast<std::uint8_t>(prefix));
          if (opcode >= 256) bytes.push_back(0x0f);
          bytes.push_back(static_cast<std::uint8_t>(opcode));
          bytes.push_back(static_cast<std::uint8_t>(modrm));
          bytes.resize(emulate::longest_instruction, 0x11);
          ZydisDecodedInstruction theirs;
          emulate::instruction ours;
          if (!ZYAN_SUCCESS(z.decode(mode, bytes, theirs)) || !general_purpose(theirs)) continue;
          if (decode_ours(mode, bytes, ours) == emulate::decoding::complete) continue;
          found.insert(ZydisMnemonicGetString(theirs.mnemonic));
        }
      }
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> forgotten_opcodes() {
  std::vector<std::string> list;
  for (const std::string& mnemonic : refused()) {
    const bool listed = std::any_of(std::begin(omissions), std::end(omissions),
                                    [&](const omission& o) { return o.mnemonic == mnemonic; });
    if (!listed) list.push_back(fmt::format("the decoder refuses {}, and no omission says why", mnemonic));
  }
  return list;
}

std::vector<std::string> outdated_omissions() {
  const std::set<std::string> found = refused();
  std::vector<std::string> list;
  for (const omission& o : omissions) {
    if (!found.contains(std::string(o.mnemonic)))
      list.push_back(fmt::format("{} is listed as omitted ({}), but decodes", o.mnemonic, o.reason));
  }
  return list;
}

}  // namespace umbra::emucheck
