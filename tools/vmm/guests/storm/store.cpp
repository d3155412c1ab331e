#include "tools/vmm/guests/storm/store.hpp"

#include "tools/vmm/guests/paging.hpp"

namespace umbra::guests::storm {
namespace {

template <class T>
volatile T& item(unsigned long at) {
  return *reinterpret_cast<volatile T*>(at);
}

/// One by one, from the first or from the last.
template <class T>
void store_parts(unsigned long at, unsigned bytes, word value, bool last_first) {
  for (unsigned n = 0; n < bytes; n += sizeof(T)) {
    const unsigned offset = last_first ? bytes - sizeof(T) - n : n;
    const T part = static_cast<T>(value >> (offset * 8));
    asm volatile("mov %1, %0" : "=m"(item<T>(at + offset)) : "q"(part));
  }
}

/// Only the parts that differ.
void store_bytes(unsigned long at, unsigned bytes, word value) {
  for (unsigned n = 0; n < bytes; ++n) {
    const auto part = static_cast<std::uint8_t>(value >> (n * 8));
    if (item<std::uint8_t>(at + n) != part) item<std::uint8_t>(at + n) = part;
  }
}

void exchange_parts(unsigned long at, unsigned bytes, word value) {
  for (unsigned n = 0; n < bytes; n += 4) {
    auto part = static_cast<std::uint32_t>(value >> (n * 8));
    asm volatile("xchg %0, %1" : "+r"(part), "+m"(item<std::uint32_t>(at + n)));
  }
}

/// What is to be set, then what is to be cleared.
void store_by_logic(unsigned long at, unsigned bytes, word value) {
  for (unsigned n = 0; n < bytes; n += 4) {
    const auto part = static_cast<std::uint32_t>(value >> (n * 8));
    asm volatile("lock orl %1, %0" : "+m"(item<std::uint32_t>(at + n)) : "r"(part) : "cc");
    asm volatile("andl %1, %0" : "+m"(item<std::uint32_t>(at + n)) : "r"(part) : "cc");
  }
}

/// Bits are counted from `origin` bytes behind the entry, and so may have negative numbers.
void store_by_bits(unsigned long at, unsigned bytes, word value, unsigned origin) {
  for (unsigned n = 0; n < bytes * 8; ++n) {
    const bool is = (item<std::uint8_t>(at + n / 8) >> n % 8 & 1) != 0, should = (value >> n & 1) != 0;
    if (is == should) continue;
    const int number = static_cast<int>(n) - static_cast<int>(origin * 8);
    asm volatile("lock btcl %1, %0" : "+m"(item<std::uint32_t>(at + origin)) : "r"(number) : "cc", "memory");
  }
}

/// The first of two attempts compares with something else in the upper half.
constexpr unsigned attempts = 2;
void expect_equal(bool is, unsigned attempt) { expect("whether an entry compares equal", is, attempt == attempts - 1); }

void compare_exchange8(unsigned long at, word value) {
  const auto low = static_cast<std::uint32_t>(value), high = static_cast<std::uint32_t>(value >> 32);
  std::uint32_t old_low = item<std::uint32_t>(at), old_high = ~item<std::uint32_t>(at + 4);
  for (unsigned n = 0; n < attempts; ++n) {
    bool equal;
    asm volatile("lock cmpxchg8b %3"
                 : "+a"(old_low), "+d"(old_high), "=@ccz"(equal), "+m"(item<std::uint64_t>(at))
                 : "b"(low), "c"(high));
    expect_equal(equal, n);
  }
}

void compare_exchange4(unsigned long at, word value) {
  std::uint32_t old = item<std::uint32_t>(at) ^ 1u << 31;
  for (unsigned n = 0; n < attempts; ++n) {
    bool equal;
    asm volatile("lock cmpxchgl %3, %2"
                 : "+a"(old), "=@ccz"(equal), "+m"(item<std::uint32_t>(at))
                 : "r"(static_cast<std::uint32_t>(value)));
    expect_equal(equal, n);
  }
}

void copy_bytes(unsigned long at, unsigned bytes, word value) {
  const word* from = &value;
  unsigned long count = bytes;
  asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(count) : : "memory");
}

/// In one operand that begins in the middle: the entry, and the next one with another right.
void store_across(unsigned long at, unsigned bytes, word value, word other_right, bool locked) {
  const unsigned half = bytes / 2;
  store_parts<std::uint16_t>(at, half, value, false);
  const word next = (bytes == 8 ? item<std::uint32_t>(at + 8) : item<std::uint16_t>(at + 4)) ^ other_right;
  word both = next << (half * 8) | value >> (half * 8);
  if (bytes == 4) {
    auto part = static_cast<std::uint32_t>(both);
    if (locked) {
      asm volatile("xchg %0, %1" : "+r"(part), "+m"(item<std::uint32_t>(at + 2)));
    } else {
      item<std::uint32_t>(at + 2) = part;
    }
    return;
  }
#ifdef __x86_64__
  if (locked) {
    asm volatile("xchg %0, %1" : "+r"(both), "+m"(item<std::uint64_t>(at + 4)));
  } else {
    item<std::uint64_t>(at + 4) = both;
  }
#else
  compare_exchange8(at + 4, both);
#endif
}

#ifdef __x86_64__
/// With addresses of 32 bits, where the upper half of the count does not count, and is 0 afterwards.
void copy_bytes_below_4gib(unsigned long at, unsigned bytes, word value) {
  const word* from = &value;
  unsigned long count = 0x5555'0000'0000 + bytes;
  asm volatile("addr32 rep movsb" : "+D"(at), "+S"(from), "+c"(count) : : "memory");
  expect("the count of a copy", count, 0);
}

/// Two entries at once, one of which stays as it is.
void compare_exchange16(unsigned long at, word value) {
  const unsigned long both = at & ~15ul;
  word old_low = item<word>(both), old_high = ~item<word>(both + 8);
  for (unsigned n = 0; n < attempts; ++n) {
    const word low = at == both ? value : item<word>(both), high = at == both ? item<word>(both + 8) : value;
    bool equal;
    asm volatile("lock cmpxchg16b %3"
                 : "+a"(old_low), "+d"(old_high), "=@ccz"(equal), "+m"(item<unsigned __int128>(both))
                 : "b"(low), "c"(high));
    expect_equal(equal, n);
  }
}
#endif

}  // namespace

void store(opguest::random& dice, unsigned long at, unsigned bytes, word value, bool alone) {
  switch (dice.below(13)) {
    default:
#ifdef __x86_64__
      return store_parts<std::uint64_t>(at, bytes, value, false);
#endif
    case 0:
      return store_parts<std::uint32_t>(at, bytes, value, dice.chance(500));
    case 1:
      return store_parts<std::uint16_t>(at, bytes, value, dice.chance(500));
    case 2:
      return store_bytes(at, bytes, value);
    case 3:
      return exchange_parts(at, bytes, value);
    case 4:
      return store_by_logic(at, bytes, value);
    case 5:
      return store_by_bits(at, bytes, value, dice.chance(500) ? bytes : 0);
    case 6:
      return bytes == 8 ? compare_exchange8(at, value) : compare_exchange4(at, value);
    case 7:
      return copy_bytes(at, bytes, value);
    case 8:
      return alone ? store_bytes(at, bytes, value)
                   : store_across(at, bytes, value, dice.chance(500) ? bit::write : bit::user, dice.chance(500));
#ifdef __x86_64__
    case 9:
      return at < 1ul << 32 ? copy_bytes_below_4gib(at, bytes, value) : copy_bytes(at, bytes, value);
    case 10:
      return compare_exchange16(at, value);
#endif
  }
}

}  // namespace umbra::guests::storm
