#include "fuzz/guest/host/stream.hpp"

namespace umbra::opguest {

std::uint8_t byte_source::get8() {
  if (used_ == held_) {
    held_ = read_(bytes_.data(), bytes_.size());
    used_ = 0;
    if (held_ == 0) throw broken_stream("the guest program's results end before they are complete");
    if (copy_ && std::fwrite(bytes_.data(), 1, held_, copy_) != held_)
      throw broken_stream("the results cannot be saved");
  }
  return bytes_[used_++];
}

std::uint16_t byte_source::get16() {
  const std::uint16_t low = get8();
  return static_cast<std::uint16_t>(low | get8() << 8);
}

std::uint32_t byte_source::get32() {
  const std::uint32_t low = get16();
  return low | std::uint32_t{get16()} << 16;
}

std::uint64_t byte_source::get64() {
  const std::uint64_t low = get32();
  return low | std::uint64_t{get32()} << 32;
}

void byte_source::skip_to(std::uint32_t magic) {
  std::uint32_t seen = get32();
  for (unsigned skipped = 0; seen != magic; ++skipped) {
    if (skipped == 1 << 16) throw broken_stream("these are not results of the guest program");
    seen = seen >> 8 | std::uint32_t{get8()} << 24;
  }
}

header read_header(byte_source& from) {
  from.skip_to(record::magic);
  header h;
  const std::uint8_t width = from.get8();
  h.machine = record::unpack(width, from.get8());
  h.seed = from.get64();
  h.first = from.get32();
  return h;
}

void read_result(byte_source& from, result& into) {
  namespace shape = record::shape;
  const std::uint8_t first = from.get8();
  into.exception = (first & shape::exception) != 0;
  into.other_address = (first & shape::other_address) != 0;
  into.lost_write = (first & shape::lost_write) != 0;
  into.vector = first & shape::other_vector ? from.get8() : 14;
  into.error = into.exception ? from.get16() : 0;
  into.address = into.other_address ? from.get64() : 0;
  into.tag = into.exception ? 0 : from.get32();
  into.changes.clear();
  for (unsigned i = 0; i < (first & shape::changes); ++i) {
    const std::uint8_t site = from.get8();
    into.changes.push_back({site, from.get8()});
  }
}

}  // namespace umbra::opguest
