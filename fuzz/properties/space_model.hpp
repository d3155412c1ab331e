// A guest-physical address space with its model beside it: each edit is made in both, and what the space says is
// compared with what the model says.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/memory/space.hpp"
#include "models/machine/machine.hpp"
#include "models/reference/memory_map.hpp"

namespace umbra::fuzz::properties {

class space_model {
 public:
  static constexpr unsigned slots = 4, aliases = 4;

  explicit space_model(machine::machine& m) : machine_(m), space_(m.host(), slots, aliases) {
    map_.slot_count = slots;
    map_.alias_count = aliases;
  }

  // Each fails the property if the space answers otherwise than the model.
  void set_slot(unsigned id, const memory::slot_request&);
  /// The same, while the n-th request for memory or a pin is refused.
  void set_slot_refused(unsigned id, const memory::slot_request&, unsigned nth);
  void set_alias(unsigned id, const memory::alias&);
  void log(unsigned id, bool on);
  void take_log(unsigned id);
  void mark(hfn);

  /// Looks up guest frames around every edge that there is.
  void check_lookup() const;
  /// Follows every frame record to the slot pages that it appears in, and asks whether it needs logging.
  void check_frames() const;

 private:
  memory::status due(unsigned id, const memory::slot_request&) const;
  void check_one(word guest_frame) const;

  machine::machine& machine_;
  memory::space space_;
  reference::memory_map map_;
  std::array<std::vector<bool>, slots> written_;  ///< one a page of a logged slot
};

}  // namespace umbra::fuzz::properties
