// Exceptions that a guest provokes and looks at.
#pragma once

#include <cstdint>

namespace umbra::guests {

struct fault {
  unsigned long vector = none, code = 0, address = 0;

  static constexpr unsigned long none = ~0ul;
  bool happened() const { return vector != none; }
};

/// Loads interrupt tables and a task segment, on the vCPU that provokes exceptions. Others need none.
void load_traps();

/// Has an entry of its own for a vector, from then on.
void handle(unsigned vector, const char* entry);

/// One access by the supervisor, and what came of it.
fault try_read(unsigned long address);
fault try_write(unsigned long address, unsigned long value);
/// A string instruction that copies one word.
fault try_copy(unsigned long from, unsigned long to);
fault try_call(unsigned long address);
/// One by user code, which is `user_page` at `user_code`.
fault try_user_read(unsigned long user_code, unsigned long address);
fault try_user_write(unsigned long user_code, unsigned long address);

/// Ends the guest unless the fault is a page fault with this code at this address.
void expect_page_fault(const char* what, const fault&, unsigned long code, unsigned long address);
void expect_none(const char* what, const fault&);

}  // namespace umbra::guests
