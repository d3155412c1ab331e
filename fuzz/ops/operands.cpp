#include "fuzz/ops/operands.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "fuzz/ops/raw_v1.hpp"

namespace umbra::fuzz::raw_v1 {
namespace {

// Where the forms of an operand begin, by first byte.
namespace address_form {
constexpr std::uint8_t entry = 0x80,  // below: table indexes
    recent = 0xc0, low = 0xd0, half = 0xe0, full = 0xf0;
}
namespace value_form {
constexpr std::uint8_t entry = 0x00, absent_entry = 0x70, entry32 = 0x78, absent_entry32 = 0xa0, flipped = 0xa8,
                       small = 0xc0, half = 0xe0, full = 0xf0;
}
namespace number_form {
constexpr std::uint8_t two = 0xe0, four = 0xf0, eight = 0xf8;
}
constexpr std::uint8_t flip_form = 0x80, explicit_form = 0xe0;
constexpr unsigned window_frames = 224;  // frames that the identity window shows: the low ones, then those at 4 GiB

template <class Table>
std::optional<unsigned> index_of(const Table& table, std::uint64_t value) {
  const auto at = std::find(table.begin(), table.end(), value);
  if (at == table.end()) return std::nullopt;
  return static_cast<unsigned>(at - table.begin());
}

/// The position of a frame in `frames`. Most of it is in order.
std::optional<unsigned> frame_index(std::uint64_t frame) {
  if (frame < 192) return static_cast<unsigned>(frame);
  if (frame - 0x100000 < 32) return static_cast<unsigned>(192 + (frame - 0x100000));
  for (unsigned n = 224; n < 256; ++n) {
    if (frames[n] == frame) return n;
  }
  return std::nullopt;
}

std::uint64_t spread(std::uint8_t flags, const std::array<unsigned, 8>& bits) {
  std::uint64_t value = 0;
  for (unsigned n = 0; n < 8; ++n) value |= static_cast<std::uint64_t>((flags >> n) & 1) << bits[n];
  return value;
}

std::uint8_t gather(std::uint64_t value, const std::array<unsigned, 8>& bits) {
  unsigned flags = 0;
  for (unsigned n = 0; n < 8; ++n) flags |= ((value >> bits[n]) & 1) << n;
  return static_cast<std::uint8_t>(flags);
}

constexpr std::uint64_t canonical_address(std::uint64_t low48) {
  return (low48 >> 47) != 0 ? low48 | 0xffff'0000'0000'0000 : low48;
}

/// Where an entry lies, as the identity window shows it (`physical` false) or in guest-physical memory.
std::uint64_t entry_address(std::uint8_t frame, std::uint8_t index, unsigned offset_in_entry, bool physical) {
  const unsigned f = frame < window_frames ? frame : frame % 192;
  const std::uint64_t page = f < 192 ? f : (physical ? 0x100000u : 0x100u) + (f - 192);
  return (page << 12) + entry_index[index & 31] * 8u + offset_in_entry;
}

unsigned entry_offset(std::uint8_t form) {
  const unsigned f = form & 0x3f;
  return f < 32 ? 0 : f < 56 ? 4 : f & 7;
}

std::uint8_t entry_form(unsigned offset_in_entry) {
  if (offset_in_entry == 0) return address_form::entry;
  return static_cast<std::uint8_t>(address_form::entry + (offset_in_entry == 4 ? 32u : 56u + offset_in_entry));
}

}  // namespace

std::uint64_t reader::plain(unsigned bytes) {
  std::uint64_t value = 0;
  for (unsigned n = 0; n < bytes; ++n) value |= static_cast<std::uint64_t>(byte()) << (8 * n);
  return value;
}

std::uint64_t reader::wide(std::uint8_t form) {
  return plain(form < number_form::four ? 2 : form < number_form::eight ? 4 : 8);
}

std::uint64_t reader::number(unsigned modulus) {
  const std::uint8_t form = byte();
  return form < number_form::two ? form % modulus : wide(form);
}

std::uint64_t reader::flipped_choice(const std::array<std::uint64_t, 16>& usual) {
  const std::uint8_t form = byte();
  if (form < flip_form) return usual[form & 15];
  if (form < explicit_form) return usual[form & 15] ^ (std::uint64_t{1} << (byte() & 63));
  return wide(form);
}

std::uint64_t reader::combination(std::span<const unsigned> bits) {
  const std::uint8_t form = byte();
  if (form >= explicit_form) return wide(form);
  std::uint64_t value = 0;
  for (unsigned n = 0; n < bits.size(); ++n) value |= static_cast<std::uint64_t>((form >> n) & 1) << bits[n];
  return form < flip_form ? value : value ^ (std::uint64_t{1} << (byte() & 63));
}

std::uint64_t reader::gva() {
  const std::uint8_t form = byte();
  std::uint64_t address;
  if (form < address_form::entry) {
    const std::uint8_t tables = byte();
    const std::uint64_t low48 = static_cast<std::uint64_t>(index4[form & 3]) << 39 |
                                static_cast<std::uint64_t>(index3[(form >> 2) & 3]) << 30 |
                                static_cast<std::uint64_t>(index2[tables >> 4]) << 21 |
                                static_cast<std::uint64_t>(index1[tables & 15]) << 12 | offset[form >> 4];
    address = canonical_address(low48);
  } else if (form < address_form::recent) {
    const std::uint8_t frame = byte();
    address = entry_address(frame, byte(), entry_offset(form), false);
  } else if (form < address_form::low) {
    return recent_count_ == 0 ? 0 : recent_[(recent_count_ - 1 - (form & 15) % std::min(recent_count_, 16u)) & 15];
  } else if (form < address_form::half) {
    address = static_cast<std::uint64_t>(form & 15) << 16 | plain(2);
  } else {
    address = plain(form < address_form::full ? 4 : 8);
  }
  recent_[recent_count_++ & 15] = address;
  return address;
}

std::uint64_t reader::gpa() {
  const std::uint8_t form = byte();
  if (form < address_form::low) {
    const std::uint8_t frame = byte();
    return entry_address(frame, byte(), entry_offset(form), true);
  }
  if (form < address_form::half) return static_cast<std::uint64_t>(form & 15) << 16 | plain(2);
  return plain(form < address_form::full ? 4 : 8);
}

std::uint64_t reader::value() {
  const std::uint8_t form = byte();
  if (form >= value_form::full) return plain(8);
  if (form >= value_form::half) return plain(4);
  if (form >= value_form::small) return byte();
  const std::uint64_t frame = frames[byte()] << 12;
  const std::uint8_t flags = byte();
  const bool short_entry = form >= value_form::entry32 && form < value_form::flipped;
  const bool absent =
      short_entry ? form >= value_form::absent_entry32 : form >= value_form::absent_entry && form < value_form::entry32;
  std::uint64_t entry =
      short_entry ? (frame & 0xffff'ffff) ^ spread(flags, flag_bits32) : frame ^ spread(flags, flag_bits);
  if (!absent) entry |= 1;
  if (form >= value_form::flipped) entry ^= std::uint64_t{1} << (byte() & 63);
  return entry;
}

void reader::manner(op& o) {
  const std::uint8_t code = byte();
  o.size = sizes[code >> 3];
  if ((code & 7) < makers.size()) {
    o.by = makers[code & 7];
  } else {
    const std::uint8_t exact = byte();
    o.by = {static_cast<std::uint8_t>(exact & 3), (exact & 4) != 0, (exact & 8) != 0};
    if (version_ >= 2 && (exact & 16) != 0) o.bits |= write_undecodable;
  }
}

void writer::plain(std::uint64_t value, unsigned bytes) {
  for (unsigned n = 0; n < bytes; ++n) byte(value >> (8 * n));
}

void writer::wide(std::uint64_t value) {
  if (value >> 16 == 0) {
    byte(number_form::two), plain(value, 2);
  } else if (value >> 32 == 0) {
    byte(number_form::four), plain(value, 4);
  } else {
    byte(number_form::eight), plain(value, 8);
  }
}

void writer::number(std::uint64_t value, unsigned modulus) {
  if (value < modulus && value < number_form::two) return byte(value);
  wide(value);
}

void writer::flipped_choice(const std::array<std::uint64_t, 16>& usual, std::uint64_t value) {
  for (unsigned n = 0; n < 16; ++n) {
    if (usual[n] == value) return byte(n);
  }
  for (unsigned n = 0; n < 16; ++n) {
    if (std::has_single_bit(usual[n] ^ value)) {
      byte(flip_form + n);
      return byte(std::countr_zero(usual[n] ^ value));
    }
  }
  wide(value);
}

void writer::combination(std::span<const unsigned> bits, std::uint64_t value) {
  std::uint64_t rest = value;
  unsigned form = 0;
  for (unsigned n = 0; n < bits.size(); ++n) {
    if ((value >> bits[n]) & 1) form |= 1u << n;
    rest &= ~(std::uint64_t{1} << bits[n]);
  }
  if (rest == 0) return byte(form);
  if (std::has_single_bit(rest)) return byte(flip_form + form), byte(std::countr_zero(rest));
  wide(value);
}

void writer::gva(std::uint64_t address) {
  const auto i4 = index_of(index4, (address >> 39) & 511), i3 = index_of(index3, (address >> 30) & 511),
             i2 = index_of(index2, (address >> 21) & 511), i1 = index_of(index1, (address >> 12) & 511),
             inside = index_of(offset, address & 0xfff);
  if (i4 && i3 && i2 && i1 && inside && canonical_address(address & 0xffff'ffff'ffff) == address) {
    byte(*i4 | *i3 << 2 | *inside << 4);
    return byte(*i2 << 4 | *i1);
  }
  const std::uint64_t page = address >> 12;
  const auto index = index_of(entry_index, (address & 0xfff) / 8);
  if (index && (page < 192 || page - 0x100 < 32)) {
    byte(entry_form(address & 7));
    byte(page < 192 ? page : page - 0x100 + 192);
    return byte(*index);
  }
  if (address >> 20 == 0) return byte(address_form::low + (address >> 16)), plain(address, 2);
  if (address >> 32 == 0) return byte(address_form::half), plain(address, 4);
  byte(address_form::full), plain(address, 8);
}

void writer::gpa(std::uint64_t address) {
  const std::uint64_t page = address >> 12;
  const auto index = index_of(entry_index, (address & 0xfff) / 8);
  if (index && (page < 192 || page - 0x100000 < 32)) {
    byte(entry_form(address & 7));
    byte(page < 192 ? page : page - 0x100000 + 192);
    return byte(*index);
  }
  if (address >> 20 == 0) return byte(address_form::low + (address >> 16)), plain(address, 2);
  if (address >> 32 == 0) return byte(address_form::half), plain(address, 4);
  byte(address_form::full), plain(address, 8);
}

bool writer::entry(std::uint64_t value) {
  const std::uint64_t flags = value & spread(0xff, flag_bits);
  const auto frame = frame_index((value ^ flags) >> 12);
  if (!frame || (frames[*frame] << 12 | flags) != value) return false;
  byte((value & 1) != 0 ? value_form::entry : value_form::absent_entry);
  byte(*frame), byte(gather(value, flag_bits));
  return true;
}

bool writer::entry32(std::uint64_t value) {
  if (value >> 32 != 0) return false;
  // The PSE-36 bit is also a bit of the frame: the frame is chosen without it.
  const std::uint64_t flags = value & spread(0xff, flag_bits32);
  const auto frame = frame_index((value ^ flags) >> 12);
  if (!frame || ((frames[*frame] << 12 & 0xffff'ffff) ^ flags) != value) return false;
  byte((value & 1) != 0 ? value_form::entry32 : value_form::absent_entry32);
  byte(*frame), byte(gather(value, flag_bits32));
  return true;
}

void writer::value(std::uint64_t v) {
  if (v < 256) return byte(value_form::small), byte(v);
  if (entry(v) || entry32(v)) return;
  // An entry with one bit more: try the bits that entries have no flag for.
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t without = (v ^ (std::uint64_t{1} << bit)) | 1;
    if ((without & 0xe1e) != 0 || (without ^ (std::uint64_t{1} << bit)) != v) continue;
    const std::uint64_t flags = without & spread(0xff, flag_bits);
    const auto frame = frame_index((without ^ flags) >> 12);
    if (!frame) continue;
    byte(value_form::flipped), byte(*frame), byte(gather(flags, flag_bits));
    return byte(bit);
  }
  if (v >> 32 == 0) return byte(value_form::half), plain(v, 4);
  byte(value_form::full), plain(v, 8);
}

void writer::manner(const op& o) {
  const unsigned size = *index_of(sizes, o.size);
  const bool undecodable = o.kind == kind::write && (o.bits & write_undecodable) != 0;
  for (unsigned n = 0; n < makers.size() && !undecodable; ++n) {
    if (makers[n].cpl == o.by.cpl && makers[n].ac == o.by.ac && makers[n].implicit == o.by.implicit) {
      return byte(size << 3 | n);
    }
  }
  byte(size << 3 | 7);
  byte(o.by.cpl | (o.by.ac ? 4u : 0u) | (o.by.implicit ? 8u : 0u) | (undecodable ? 16u : 0u));
}

}  // namespace umbra::fuzz::raw_v1
