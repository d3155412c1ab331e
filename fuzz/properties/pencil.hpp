// Writes the ops of a drawn program, one after the other, and remembers which addresses they used.
#pragma once

#include <cstdint>
#include <vector>

#include "fuzz/mutator/random.hpp"
#include "fuzz/ops/program.hpp"
#include "fuzz/scene/path.hpp"

namespace umbra::fuzz::properties {

class pencil {
 public:
  /// Appends to `out`, whose set-up is final.
  pencil(random& r, program& out) : chance(r), out_(out), mode_(out.setup.start) {}

  // --- addresses ---

  /// One that was used before, or a new one.
  std::uint64_t gva();
  /// One that shares some tables, but not all, with another.
  std::uint64_t related(std::uint64_t gva);

  // --- ops ---

  /// An access by anybody; at times by the processor of its own accord.
  void touch(std::uint64_t gva);
  void invalidate(std::uint64_t gva);
  /// A write to a guest entry on the path of an address: by the guest, mostly, else by the VMM or a device.
  void rewrite(std::uint64_t gva);
  /// The same, as a write that lands during the next op.
  void arm(std::uint64_t gva);
  void set_register();
  void other_vcpu();
  /// Slots, aliases and dirty logs.
  void vmm();
  /// Many shadow pages wanted, or fewer.
  void pressure();

  random& chance;

 private:
  void add(const op&);
  std::uint64_t fresh_gva();
  std::uint64_t frame();
  path::step entry_of(std::uint64_t gva);
  std::uint64_t new_entry(const path::step&);
  /// Address, size and value of a write that changes an entry, wholly or in part.
  void aim(op&, std::uint64_t gva);
  op slot_op();
  op alias_op();

  program& out_;
  start mode_;
  unsigned current_ = 0;
  std::uint64_t roots_[2] = {root_of(out_.setup.start, 0), root_of(out_.setup.start, 1)};
  std::vector<std::uint64_t> used_;
};

}  // namespace umbra::fuzz::properties
