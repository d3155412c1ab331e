// Tables for a scene of the op guest: one path with a guest's own entries, to tables and a page at places that the op
// guest has.
#pragma once

#include <array>
#include <cstdint>

#include "fuzz/guest/shared/scene.hpp"
#include "models/reference/registers.hpp"
#include "models/reference/translation.hpp"

namespace umbra::tools {

/// The scene's mode and size of entries, as the registers have them.
void set_mode(opguest::scene&, const reference::registers&);
/// The registers that a probe runs with: what translation depends on, no more.
void set_registers(opguest::probe&, const reference::registers&);

/// All indices of tables below the root are 0; that of the root is not the trampoline's.
class path_maker {
 public:
  /// Makes the root, and maps the op guest's trampoline as in every scene. The scene's mode is set, and not `off`.
  path_maker(opguest::scene&, const reference::registers&);

  /// The linear address to which the path belongs.
  std::uint64_t address() const { return root_index() << shift(top()) | offset_; }
  void lay(const reference::translation&, std::uint64_t gva);

  /// PAE paging: another table of directory pointers, with the bits of these, where the processor still finds the
  /// trampoline; its address.
  std::uint64_t lay_pointers(const std::array<word, 4>&);

 private:
  unsigned top() const;
  unsigned index_bits() const { return made_.mode == opguest::format::bits32 ? 10 : 9; }
  unsigned shift(unsigned level) const { return 12 + index_bits() * (level - 1); }
  std::uint64_t root_index() const { return made_.mode == opguest::format::bits32 ? 5 : 1; }
  bool is_large(unsigned level, word entry) const;
  /// An entry that leads elsewhere: what is address in it is exchanged, all other bits stay.
  std::uint64_t moved(word entry, std::uint64_t to, unsigned lowest) const;
  std::uint64_t new_table();
  void add(std::uint64_t gpa, std::uint64_t value, bool leaf);
  void plant_trampoline();

  opguest::scene& made_;
  const reference::registers& registers_;
  std::uint64_t offset_ = 0;  ///< of the data frame in the page
};

}  // namespace umbra::tools
