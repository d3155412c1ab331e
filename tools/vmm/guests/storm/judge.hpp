// What the storm's vCPU does, beside what the reference model says must come of it: the model is part of the guest.
#pragma once

#include "models/reference/control_registers.hpp"
#include "models/reference/walk.hpp"
#include "tools/vmm/guests/traps.hpp"

namespace umbra::guests::storm {

/// Guest-physical memory, as the guest reads it at its own addresses.
struct memory {
  flag backed(word gpa) const;
  word read(word gpa, unsigned bytes) const;
};

class judge {
 public:
  /// With the registers as they are.
  judge();

  /// Writes a control register as the model and as the processor, and compares.
  void write_cr0(word value);
  void write_cr3(word value);
  void write_cr4(word value);
  void write_efer(word value);

  /// An entry has changed: until translations go, those that were used may be old.
  void note_change() { stale_ = true; }
  bool stale() const { return stale_; }
  void invalidate(word address);

  /// An access that is judged: the processor must have nothing stale for `address`. Nothing is done if it would write
  /// or execute what is not the storm's.
  void access(word address, const reference::access&, word value);
  /// A read whose outcome depends on what the processor remembers.
  void peek(word address, bool user);
  /// The entry of a table that a supervisor's write to `address` would change, if it is none of those that lead there;
  /// else 0.
  word table_behind(word address) const;

  const reference::registers& registers() const { return registers_; }
  /// Before what is tried, for the complaint.
  void begin(unsigned step) { step_ = step; }
  void check(const char* what, word found, word expected) const;

  struct counts {
    unsigned accesses, faults;
  };
  const counts& done() const { return done_; }

 private:
  void conclude(const char* what, const fault&, const reference::cr_effect&);
  void check_marks(const reference::translation&, word written, unsigned bytes) const;
  void check_end(const reference::translation&, const fault&, word address) const;

  reference::registers registers_;
  memory memory_;
  bool stale_ = false;
  unsigned step_ = 0;
  counts done_{};
};

}  // namespace umbra::guests::storm
