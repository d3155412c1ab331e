// What the reference model expects of a probe: the scene's tables as memory for its walk, and the probe's state as its
// registers.
#pragma once

#include <array>
#include <unordered_map>

#include "fuzz/guest/shared/scene.hpp"
#include "models/reference/control_registers.hpp"
#include "models/reference/registers.hpp"
#include "models/reference/walk.hpp"

namespace umbra::opguest {

/// The tables of a scene, as they change under its probes. Offers what reference::walk() wants of a memory.
class table_memory {
 public:
  /// Takes the scene as it is set up.
  void load(const scene& s);

  flag backed(word gpa) const;
  word read(word gpa, unsigned bytes) const;

  /// What the guest program does now and then.
  void restore_leaves();

  /// The processor flipped bits of a site.
  void flip(unsigned site, std::uint64_t bits) { values_[site] ^= bits; }

  std::uint64_t value(unsigned site) const { return values_[site]; }
  /// The site at an address, or -1.
  int site_at(std::uint64_t gpa) const;
  /// Whether a read has left the scene's tables since the last call: then scene or model is wrong.
  bool take_strayed();

 private:
  const scene* scene_ = nullptr;
  std::array<std::uint64_t, scene::max_sites> values_{};
  std::unordered_map<std::uint64_t, int> site_at_;
  mutable bool strayed_ = false;
};

reference::registers registers_for(const environment& machine, const scene& s, const probe& p);
reference::access access_for(const probe& p);

/// What the model makes of a write to the register that `k` names.
template <reference::guest_memory Memory>
reference::cr_effect write_register(kind k, reference::registers& r, word value, const Memory& memory) {
  switch (k) {
    case kind::set_cr0:
      return reference::write_cr0(r, value, memory);
    case kind::set_cr3:
      return reference::write_cr3(r, value, memory);
    case kind::set_cr4:
      return reference::write_cr4(r, value, memory);
    default:
      return reference::write_efer(r, value, memory);
  }
}
/// The register, as it reads.
word value_of(kind, const reference::registers&);

}  // namespace umbra::opguest
