// What a guest tries, which may end in an exception, and what it expects of that.
#pragma once

#include "tools/vmm/guests/traps.hpp"

namespace umbra::guests {

/// One access by the supervisor, and what came of it.
fault try_read(unsigned long address);
fault try_write(unsigned long address, unsigned long value);
/// A string instruction that copies one word.
fault try_copy(unsigned long from, unsigned long to);
fault try_call(unsigned long address);
fault try_write_cr0(unsigned long value);
fault try_write_cr3(unsigned long value);
fault try_write_cr4(unsigned long value);
fault try_wrmsr(x86::msr msr, std::uint64_t value);
/// One by user code, which is `user_page` at `user_code`.
fault try_user_read(unsigned long user_code, unsigned long address);
fault try_user_write(unsigned long user_code, unsigned long address, unsigned long value = 0);
/// Code of section .user, of which there is a copy at `user_code`; it ends with an INT of DONE_VECTOR.
fault try_user(unsigned long user_code, const char* code);
/// User code at `address`, which ends with an INT of DONE_VECTOR.
fault try_user_call(unsigned long address);

/// Ends the guest unless the fault is a page fault with this code at this address.
void expect_page_fault(const char* what, const fault&, unsigned long code, unsigned long address);
void expect_none(const char* what, const fault&);

}  // namespace umbra::guests
