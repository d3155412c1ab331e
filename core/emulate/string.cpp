// MOVS, CMPS, STOS, LODS, SCAS: one item. The emulator repeats it.

#include "core/emulate/addition.hpp"
#include "core/emulate/families.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;
using vcpu::general::rax, vcpu::general::rcx, vcpu::general::rsi, vcpu::general::rdi;

class item {
 public:
  explicit item(execution& x) : x_(x), bytes_(x[0].bytes), address_bytes_(x.insn.address_bytes) {}

  unsigned bytes() const { return bytes_; }

  bool read_source(word& value) {
    extent e;
    return x_.mem.find(x_.insn.memory.segment, x_.general(rsi, address_bytes_), bytes_, outside::intent::read, e) &&
           x_.mem.read(e, value);
  }
  bool read_destination(word& value) {
    extent e;
    return find_destination(e, outside::intent::read) && x_.mem.read(e, value);
  }
  bool write_destination(word value) {
    extent e;
    if (!find_destination(e, outside::intent::write)) return false;
    x_.mem.write(e, value);
    return true;
  }

  /// Moves an index register on, or back if DF is set.
  void advance(unsigned number) {
    const word step = select(x_.flag_set(rflags::df), word{0} - word{bytes_}, word{bytes_});
    x_.set_general(word{number}, x_.general(number, address_bytes_) + step, address_bytes_);
  }

 private:
  /// ES:rDI, which no prefix changes.
  bool find_destination(extent& e, outside::intent how) {
    return x_.mem.find(segment_name::es, x_.general(rdi, address_bytes_), bytes_, how, e);
  }

  execution& x_;
  unsigned bytes_, address_bytes_;
};

bool move(item& i) {
  word value;
  if (!i.read_source(value) || !i.write_destination(value)) return false;
  i.advance(rsi);
  i.advance(rdi);
  return true;
}

bool compare(execution& x, item& i, bool with_memory) {
  word a = x.general(rax, i.bytes()), b;
  if (with_memory && !i.read_source(a)) return false;
  if (!i.read_destination(b)) return false;
  x.set_flags(word{rflags::status}, subtract(a, b, word{0}, i.bytes()).status);
  if (with_memory) i.advance(rsi);
  i.advance(rdi);
  return true;
}

bool execute_one(execution& x, string_kind kind) {
  item i(x);
  word value;
  switch (kind) {
    case string_kind::movs:
      return move(i);
    case string_kind::cmps:
      return compare(x, i, true);
    case string_kind::scas:
      return compare(x, i, false);
    case string_kind::stos:
      if (!i.write_destination(x.general(rax, i.bytes()))) return false;
      i.advance(rdi);
      return true;
    case string_kind::lods:
      if (!i.read_source(value)) return false;
      x.set_general(word{rax}, value, i.bytes());
      i.advance(rsi);
      return true;
  }
  return true;
}

}  // namespace

bool execute_string(execution& x) {
  const auto kind = static_cast<string_kind>(x.insn.what->kind);
  if (x.insn.repeat == repeat_prefix::none) return execute_one(x, kind);
  const unsigned bytes = x.insn.address_bytes;
  const word count = x.general(rcx, bytes);
  if (count == word{0}) return true;
  if (!execute_one(x, kind)) return false;
  const word left = truncate(count - 1, bytes);
  x.set_general(word{rcx}, left, bytes);
  // CMPS and SCAS stop when ZF is not what the prefix asks for (SDM 2B, "REP").
  const bool compares = kind == string_kind::cmps || kind == string_kind::scas;
  const flag wanted = x.flag_set(rflags::zf) == flag{x.insn.repeat == repeat_prefix::rep};
  x.how.finished = static_cast<bool>(either(left == word{0}, both(flag{compares}, negate(wanted))));
  return true;
}

}  // namespace umbra::emulate
