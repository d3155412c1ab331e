// What the core read, in its order, as the memory of a model that must ask for the same.
#pragma once

#include "proofs/guest.hpp"

namespace umbra::proofs {

class tape {
 public:
  using event = smt::guest_memory::event;

  /// Of the reads from the `first`-th event on.
  tape(smt::path& p, platform::host& host, std::size_t first)
      : p_(p), memory_{host}, events_(host.memory.events()), next_(first) {}

  flag backed(word gpa) const { return memory_.backed(gpa); }
  word read(word gpa, unsigned) const {
    if (next_ == events_.size() || events_[next_].what != event::kind::read)
      p_.refute("the core reads each entry that the model reads");
    const event& e = events_[next_++];
    p_.prove(e.hpa == memory_.host_address(gpa), "the core reads the entries that the model reads, and no others");
    return e.value;
  }
  /// The core read no more than that.
  void ends() const {
    if (next_ < events_.size() && events_[next_].what == event::kind::read)
      p_.refute("the core reads no entry that the model does not read");
  }

 private:
  smt::path& p_;
  memory_as_it_is memory_;
  const std::vector<event>& events_;
  mutable std::size_t next_;
};

}  // namespace umbra::proofs
