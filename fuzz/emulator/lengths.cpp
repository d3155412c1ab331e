#include "fuzz/emulator/lengths.hpp"

#include "fuzz/emulator/form.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/emulator/zydis.hpp"

namespace umbra::emucheck {

namespace {

using emulate::decoding;

struct known {
  std::string_view name, citation;
  bool (*explains)(const verdicts&);
};

/// The byte after 0F, or 0.
unsigned second_byte(const verdicts& v) {
  for (std::size_t n = 0; n + 1 < v.bytes.size(); ++n) {
    if (v.bytes[n] == 0x0f) return v.bytes[n + 1];
  }
  return 0;
}

constexpr known all_known[] = {
    {"MPX", "SDM 1 17.4.1: without MPX, 0F 1A and 0F 1B are NOPs with any operand; Zydis wants operands that MPX has",
     [](const verdicts& v) { return v.ours == decoding::complete && second_byte(v) >> 1 == 0x1a >> 1; }},
    {"3DNow!", "SDM 2D table A-3: 0F 0E and 0F 0F are no opcodes of Intel's; Zydis knows AMD's",
     [](const verdicts& v) { return v.ours == decoding::undefined && second_byte(v) >> 1 == 0x0e >> 1; }},
    {"VMREAD and VMWRITE in real mode", "SDM 3C 31.3: #UD if CR0.PE is 0; Zydis minds that for VMLAUNCH only",
     [](const verdicts& v) {
       return v.ours == decoding::undefined && !v.mode.protect && second_byte(v) >> 1 == 0x78 >> 1;
     }},
};

/// Both say of the bytes what they have to say. Nothing is claimed about what the emulator does not support.
void decode_both(const zydis& z, unsigned mode, verdicts& v) {
  v.mode = code_modes[mode];
  emulate::instruction i;
  v.ours = decode_ours(mode, v.bytes, i);
  v.our_length = v.ours == decoding::complete ? i.length : 0;
  if (v.ours == decoding::unsupported) return;
  ZydisDecodedInstruction theirs;
  const ZyanStatus s = z.decode(mode, v.bytes, theirs);
  v.theirs = ZYAN_SUCCESS(s) && theirs.mnemonic != ZYDIS_MNEMONIC_UD0 && theirs.mnemonic != ZYDIS_MNEMONIC_UD1 &&
             theirs.mnemonic != ZYDIS_MNEMONIC_UD2;
  v.their_length = v.theirs ? theirs.length : 0;
  v.mnemonic = ZYAN_SUCCESS(s) ? ZydisMnemonicGetString(theirs.mnemonic) : "nothing";
}

bool agree(const verdicts& v) {
  if (v.ours == decoding::unsupported) return true;
  return v.ours == decoding::complete ? v.theirs && v.our_length == v.their_length : !v.theirs;
}

const known* explanation(const verdicts& v) {
  for (const known& k : all_known) {
    if (k.explains(v)) return &k;
  }
  return nullptr;
}

class judge {
 public:
  explicit judge(const on_difference& told) : told_(told) {}

  void look(unsigned mode, std::vector<std::uint8_t> bytes) {
    bytes.resize(emulate::longest_instruction + 1, 0x90);
    verdicts v;
    v.bytes = std::move(bytes);
    decode_both(zydis_, mode, v);
    ++sum.compared;
    if (v.ours == decoding::unsupported) {
      ++sum.unsupported;
    } else if (agree(v)) {
      ++sum.alike;
    } else if (const known* k = explanation(v)) {
      ++sum.excused;
      ++sum.excused_by[k->name];
    } else {
      ++sum.wrong;
      if (told_) told_(v);
    }
  }

  length_tally sum;

 private:
  zydis zydis_;
  const on_difference& told_;
};

}  // namespace

std::string length_difference(const emulate::code_mode& mode, std::span<const std::uint8_t> bytes) {
  static const zydis z;
  unsigned n = 0;
  while (code_modes[n].bits != mode.bits || code_modes[n].protect != mode.protect) ++n;
  verdicts v;
  v.bytes.assign(bytes.begin(), bytes.end());
  decode_both(z, n, v);
  if (agree(v) || explanation(v) != nullptr) return "";
  return "Zydis sees " + v.mnemonic + " of " + std::to_string(v.their_length) + " bytes, the emulator " +
         (v.ours == decoding::complete ? std::to_string(v.our_length) + " bytes" : "no instruction");
}

length_tally compare_random(std::uint64_t count, std::uint64_t seed, const on_difference& told) {
  static constexpr std::uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66,
                                              0x67, 0xf0, 0xf2, 0xf3, 0x40, 0x48, 0x4f};
  const std::vector<form> forms = all_forms();
  fuzz::random chance(seed);
  judge j(told);
  for (std::uint64_t n = 0; n < count; ++n) {
    std::vector<std::uint8_t> bytes;
    if (!chance.one_in(4)) {
      while (!chance.one_in(3) && bytes.size() < 15) bytes.push_back(chance.pick(prefixes));
      const form& f = chance.pick(forms);
      if (f.escaped) bytes.push_back(0x0f);
      bytes.push_back(f.byte);
    }
    while (bytes.size() < emulate::longest_instruction) bytes.push_back(static_cast<std::uint8_t>(chance.next() >> 32));
    j.look(chance.below(std::size(code_modes)), std::move(bytes));
  }
  return j.sum;
}

length_tally compare_forms(unsigned each, std::uint64_t seed, const on_difference& told) {
  fuzz::random chance(seed);
  judge j(told);
  const std::vector<form> forms = all_forms();
  for (unsigned mode = 0; mode < std::size(code_modes); ++mode) {
    const unsigned bits = code_modes[mode].bits;
    for (const form& f : forms) {
      if (!f.exists(bits)) continue;
      for (const unsigned size : f.sizes(bits)) {
        for (unsigned n = 0; n < each; ++n) {
          const specimen s = draw(f, bits, size, chance);
          j.look(mode, {s.code.begin(), s.code.begin() + s.length});
        }
      }
    }
  }
  return j.sum;
}

}  // namespace umbra::emucheck
