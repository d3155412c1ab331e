// What a theorem is made of. Each has a file of its own in this folder.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/mmu/mode.hpp"
#include "core/vmx/enterable.hpp"
#include "models/smt/guest_memory.hpp"
#include "models/smt/path.hpp"

namespace umbra::proofs {

/// A kind of shadow page that links to others.
struct parent_kind {
  mmu::paging format = mmu::paging::none;
  unsigned level = 0;  ///< 0: none
  bool direct = false;
  unsigned maxphyaddr = 36;

  std::string name() const;
};

/// One part of a theorem, explored by itself: what is concrete in it. Each theorem uses some of this.
struct unit {
  mmu::paging format = mmu::paging::none;
  unsigned maxphyaddr = 36;
  smt::guest_memory::kind memory = smt::guest_memory::kind::log;

  unsigned pointers = 4;  ///< PDPTEs that may be present
  unsigned slots = 0;     ///< and as many aliases
  parent_kind first{}, second{};
  std::optional<vmx::segmentation> guest{};  ///< the mode whose segment registers are judged

  /// "4-level, 36 bits, racing"
  std::string name() const;
  /// Its row in a table: what it shares with others, all but numbers. "4-level, racing"
  std::string mode() const;
};

/// How much of it is tried: `quick` takes some of the address widths, `full` all.
enum class tier : unsigned char { quick, full };

struct theorem {
  const char* id;  ///< T1
  const char* title;
  const char* statement;
  std::span<const char* const> assumptions;
  std::span<const char* const> production;  ///< files of the production source that it runs
  std::vector<unit> (*units)(tier);
  void (*body)(smt::path&, const unit&);
};

/// Every theorem of this program.
std::span<const theorem* const> theorems();

}  // namespace umbra::proofs
