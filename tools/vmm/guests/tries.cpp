#include "tools/vmm/guests/tries.hpp"

#include "tools/vmm/guests/console.hpp"

extern "C" {
extern const char user_page[], user_read[], user_write[];
void run_user(unsigned long code, unsigned long address, unsigned long value);
}

namespace umbra::guests {
namespace {

fault by_user(unsigned long code, unsigned long address, unsigned long value) {
  run_user(code, address, value);
  return take_fault();
}

unsigned long user_address(unsigned long user_code, const char* code) {
  return user_code + static_cast<unsigned long>(code - user_page);
}

}  // namespace

// Each notes where to go on before the instruction that may fault.

fault try_read(unsigned long address) {
  unsigned long value = 0;
  const auto read = [&] {
    unsigned long where;
    asm volatile("mov $1f, %0\nmov %0, %2\nmov (%3), %1\n1:"
                 : "=&r"(where), "+&r"(value), "=m"(resume_at)
                 : "r"(address)
                 : "memory");
  };
  read();
  fault f = take_fault();
  f.value = value;
  return f;
}

fault try_write(unsigned long address, unsigned long value) {
  return TRY("mov %[value], (%[address])", [address] "r"(address), [value] "r"(value));
}

fault try_copy(unsigned long from, unsigned long to) {
  unsigned long where;
  asm volatile(
      "mov $1f, %0\nmov %0, %1\n"
#ifdef __x86_64__
      "movsq\n1:"
#else
      "movsl\n1:"
#endif
      : "=&r"(where), "=m"(resume_at), "+S"(from), "+D"(to)
      :
      : "memory");
  return take_fault();
}

fault try_call(unsigned long address) {
  unsigned long where, stack;
  asm volatile(
      "mov $1f, %0\nmov %0, %2\n"
#ifdef __x86_64__
      "mov %%rsp, %1\ncall *%3\n1:\nmov %1, %%rsp"
#else
      "mov %%esp, %1\ncall *%3\n1:\nmov %1, %%esp"
#endif
      : "=&r"(where), "=&b"(stack), "=m"(resume_at)
      : "r"(address)
      : "memory");
  return take_fault();
}

fault try_write_cr0(unsigned long value) { return TRY("mov %[value], %%cr0", [value] "r"(value)); }
fault try_write_cr3(unsigned long value) { return TRY("mov %[value], %%cr3", [value] "r"(value)); }
fault try_write_cr4(unsigned long value) { return TRY("mov %[value], %%cr4", [value] "r"(value)); }

fault try_wrmsr(x86::msr msr, std::uint64_t value) {
  return TRY("wrmsr", "c"(static_cast<std::uint32_t>(msr)), "a"(static_cast<std::uint32_t>(value)),
             "d"(static_cast<std::uint32_t>(value >> 32)));
}

fault try_user_read(unsigned long user_code, unsigned long address) {
  return by_user(user_address(user_code, user_read), address, 0);
}
fault try_user_write(unsigned long user_code, unsigned long address, unsigned long value) {
  return by_user(user_address(user_code, user_write), address, value);
}
fault try_user(unsigned long user_code, const char* code) { return by_user(user_address(user_code, code), 0, 0); }
fault try_user_call(unsigned long address) { return by_user(address, 0, 0); }

void expect_page_fault(const char* what, const fault& f, unsigned long code, unsigned long address) {
  constexpr unsigned page_fault = 14;
  expect(what, f.vector, page_fault);
  expect(what, f.code, code);
  expect(what, f.address, address);
}

void expect_none(const char* what, const fault& f) { expect(what, f.vector, fault::none); }

}  // namespace umbra::guests
