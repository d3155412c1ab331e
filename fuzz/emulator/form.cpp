#include "fuzz/emulator/form.hpp"

#include <algorithm>
#include <cstdio>

#include "core/emulate/kinds.hpp"
#include "core/emulate/opcode_map.hpp"

namespace umbra::emucheck {

namespace {

using namespace emulate;

bool by_modrm(encoding e) { return e >= encoding::Eb && e <= encoding::Dy; }
bool by_rm(encoding e) { return (e >= encoding::Eb && e <= encoding::MwRv) || (e >= encoding::M && e <= encoding::Ma); }

bool any_operand(const opcode& o, bool (*holds)(encoding)) {
  return std::any_of(o.operands.begin(), o.operands.end(), holds);
}

bool of_operand_size(encoding e) {
  switch (e) {
    case encoding::Ev:
    case encoding::MwRv:
    case encoding::Gv:
    case encoding::Mp:
    case encoding::Ma:
    case encoding::Iz:
    case encoding::Iv:
    case encoding::sIb:
    case encoding::Jb:
    case encoding::Jz:
    case encoding::Ap:
    case encoding::Ov:
    case encoding::Zv:
    case encoding::rAX:
    case encoding::eAX:
      return true;
    default:
      return false;
  }
}

/// Instructions whose implied operands have the operand size.
bool implies_size(const opcode& o) {
  switch (o.family) {
    case family::stack:
    case family::branch:
    case family::far_branch:
      return true;
    case family::extend:
      return o.operands[0] == encoding::none;
    case family::exchange:
      return o.kind == static_cast<unsigned>(exchange_kind::cmpxchg_pair);
    case family::system:
      return o.kind >= static_cast<unsigned>(system_kind::sgdt) && o.kind <= static_cast<unsigned>(system_kind::lidt);
    default:
      return false;
  }
}

bool is_instruction(const opcode& o) {
  switch (o.family) {
    case family::undefined:
    case family::unsupported:
    case family::prefix:
    case family::group:
    case family::subgroup:
      return false;
    default:
      return true;
  }
}

class list {
 public:
  std::vector<form> make() {
    for (unsigned byte = 0; byte < 256; ++byte) {
      add_opcode(false, byte, primary_opcode(byte));
      add_opcode(true, byte, secondary_opcode(byte));
    }
    form f{.what = &opcode_63_in_64_bit_mode(), .byte = 0x63, .modrm = true, .only64 = true};
    add_both(f);
    add({.what = &opcode_90_with_rex_b(), .byte = 0x90, .only64 = true, .rex_b = true});
    return std::move(forms_);
  }

 private:
  void add(const form& f) { forms_.push_back(f); }

  /// With a register and with memory, where there is a choice.
  void add_both(form f) {
    if (!any_operand(*f.what, by_rm)) {
      add(f);
      return;
    }
    if (f.what->attributes & attribute::memory || f.what->attributes & attribute::vector) {
      f.memory = true;
      add(f);
      return;
    }
    for (const bool memory : {false, true}) {
      f.memory = memory;
      add(f);
    }
  }

  void add_opcode(bool escaped, unsigned byte, const opcode& o) {
    form f{.what = &o, .escaped = escaped, .byte = static_cast<std::uint8_t>(byte)};
    f.modrm = o.family == family::group || any_operand(o, by_modrm);
    if (o.family != family::group) {
      if (is_instruction(o)) add_both(f);
      return;
    }
    for (unsigned reg = 0; reg < 16; ++reg) {
      f.what = &group_opcode(static_cast<group>(o.kind), reg);
      f.digit = static_cast<int>(reg % 8);
      f.memory = reg < 8;
      f.rm = -1;
      if (is_instruction(*f.what)) add(f);
      if (f.what->family != family::subgroup) continue;
      const auto below = static_cast<subgroup>(f.what->kind);
      for (unsigned rm = 0; rm < 8; ++rm) {
        f.what = &subgroup_opcode(below, rm);
        f.rm = static_cast<int>(rm);
        if (is_instruction(*f.what)) add(f);
      }
    }
  }

  std::vector<form> forms_;
};

}  // namespace

std::string form::name() const {
  char hex[3];
  std::snprintf(hex, sizeof hex, "%02X", byte);
  std::string text = std::string(rex_b ? "REX.B " : "") + (escaped ? "0F " : "") + hex;
  if (digit >= 0) text += " /" + std::to_string(digit);
  if (rm >= 0) text += " rm " + std::to_string(rm);
  if (modrm && rm < 0 && any_operand(*what, by_rm)) text += memory ? " m" : " r";
  return text;
}

bool form::exists(unsigned bits) const {
  if (bits == 64) return (what->attributes & (attribute::not64 | attribute::vector)) == 0 && !shadowed_in_64();
  if (only64) return false;
  return bits != 16 || (what->attributes & attribute::protect) == 0;
}

std::vector<unsigned> form::sizes(unsigned bits) const {
  if (!implies_size(*what) && !any_operand(*what, of_operand_size)) return {bits == 16 ? 2u : 4u};
  if (bits != 64) return {2, 4};
  if (what->attributes & attribute::always64) return {8};
  if (what->attributes & attribute::wide64) return {2, 8};
  if (any_operand(*what, [](encoding e) { return e == encoding::eAX; })) return {2, 4};
  return {2, 4, 8};
}

std::vector<form> all_forms() { return list().make(); }

}  // namespace umbra::emucheck
