#include "proofs/theorem.hpp"

namespace umbra::proofs {

namespace {

std::string name_of(mmu::paging format) {
  switch (format) {
    case mmu::paging::none:
      return "paging off";
    case mmu::paging::bits32:
      return "32-bit";
    case mmu::paging::pae:
      return "PAE";
    case mmu::paging::level4:
      return "4-level";
  }
  return "?";
}

std::string name_of(vmx::segmentation mode) {
  switch (mode) {
    case vmx::segmentation::real:
      return "real mode";
    case vmx::segmentation::virtual8086:
      return "virtual-8086 mode";
    case vmx::segmentation::protect:
      return "protected mode";
    case vmx::segmentation::ia32e:
      return "IA-32e mode";
  }
  return "?";
}

std::string bits(unsigned maxphyaddr) { return ", " + std::to_string(maxphyaddr) + " bits"; }

}  // namespace

std::string parent_kind::name() const {
  return name_of(format) + (direct ? ", direct, level " : ", level ") + std::to_string(level) +
         (format == mmu::paging::none ? "" : bits(maxphyaddr));
}

std::string unit::name() const {
  if (guest) return name_of(*guest);
  if (first.level != 0) return first.name() + " and " + second.name();
  if (slots != 0) return std::to_string(slots) + " slots, " + std::to_string(slots) + " aliases";
  std::string n = name_of(format) + bits(maxphyaddr);
  if (format == mmu::paging::pae && pointers < 4) n += ", " + std::to_string(pointers) + " PDPTEs";
  if (memory == smt::guest_memory::kind::havoc) n += ", racing";
  return n;
}

std::string unit::mode() const {
  if (guest) return name_of(*guest);
  if (first.level != 0) {
    const bool same = first.format == second.format && first.level == second.level && first.direct == second.direct;
    return same ? name_of(first.format) : "of different kinds";
  }
  if (slots != 0) return "slots and aliases";
  std::string n = name_of(format);
  if (memory == smt::guest_memory::kind::havoc) n += ", racing";
  return n;
}

}  // namespace umbra::proofs
