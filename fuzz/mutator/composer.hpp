// Writes ops one after the other, aimed by where the program is and what it did before: operands for the mutator, the
// generator and the motifs.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "fuzz/mutator/random.hpp"
#include "fuzz/mutator/swarm.hpp"
#include "fuzz/mutator/tracker.hpp"
#include "fuzz/scene/path.hpp"

namespace umbra::fuzz {

class composer {
 public:
  /// Appends to `out`.
  composer(random& r, const setup& s, swarm allowed, std::vector<op>& out)
      : chance(r), tracker_(s), memory_(&scene(s.scene)), allowed_(allowed), undecodable_(r.one_in(4)), out_(&out) {}

  /// Takes note of an op that is already there.
  void follow(const op&);
  /// Appends an op, unless its kind is left out.
  void add(op);
  bool allows(kind k) const { return allowed_.has(k); }

  start mode() const { return tracker_.mode(); }
  unsigned current() const { return tracker_.current(); }
  const tracker::registers& registers() const { return tracker_.now(); }
  const image& memory() const { return *memory_; }

  // --- operands
  // -------------------------------------------------------------------------------------------------------

  /// An address of any sort.
  std::uint64_t gva();
  /// One made of usual table indexes.
  std::uint64_t fresh_gva();
  /// One that an op used before, if any did.
  std::uint64_t used_gva();
  /// One that shares tables with another: one index or the offset differs.
  std::uint64_t near_gva(std::uint64_t);
  /// A page of data in the identity window.
  std::uint64_t data_gva();
  maker by();
  /// A kind of access and who makes it, at an address.
  op access(std::uint64_t gva);
  /// A burst of reads through tables of their own.
  op sweep();
  std::uint64_t data_value();

  /// An entry that the tables use for an address, at a random level; `bytes` 0 if there is none.
  path::step entry_of(std::uint64_t gva);
  /// Some entry of some table of the current format.
  path::step any_entry();
  /// What a guest might turn an entry into.
  std::uint64_t rewritten(const path::step&);
  /// The entry with other rights and marks, for the same frame.
  std::uint64_t regranted(const path::step&);
  /// The entry as a table instead of a page, or the other way round.
  std::uint64_t resized(const path::step&);
  /// Where the identity window shows a guest-physical address.
  static std::uint64_t window(std::uint64_t gpa);
  /// A legal (mostly) value for a control register, near what it holds.
  std::uint64_t register_value(kind);

  // --- ops that belong together
  // ---------------------------------------------------------------------------------------

  void touch(std::uint64_t gva) { add(access(gva)); }
  /// Writes an entry whole, mostly; in parts, or through another way of writing, sometimes.
  void write_entry(const path::step&, std::uint64_t value);
  /// One guest write to the identity window.
  void write(std::uint64_t gpa, unsigned bytes, std::uint64_t value);
  void set(kind control_register, std::uint64_t value);
  void on_vcpu(unsigned index);
  void invlpg(std::uint64_t gva);
  /// One op of a random kind.
  void anything();

  random& chance;

 private:
  std::uint64_t table_frame(unsigned level);
  std::uint64_t data_frame();
  void vmm_op(op&);

  tracker tracker_;
  const image* memory_;
  swarm allowed_;
  bool undecodable_;  ///< some writes are by instructions that no emulator knows
  std::vector<op>* out_;
  std::array<std::uint64_t, 32> used_{};
  unsigned used_count_ = 0;
};

}  // namespace umbra::fuzz
