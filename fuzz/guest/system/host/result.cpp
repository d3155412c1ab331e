#include "fuzz/guest/system/host/result.hpp"

#include "fuzz/guest/shared/record.hpp"
#include "fuzz/guest/system/shared/memory.hpp"
#include "fuzz/guest/system/shared/record.hpp"

namespace umbra::system_guest {

namespace {

std::uint32_t address_of_watched(unsigned wanted) {
  std::uint32_t found = 0;
  for_each_watched([&](std::uint32_t at, unsigned index) {
    if (index == wanted) found = at;
  });
  return found;
}

}  // namespace

header read_header(opguest::byte_source& from) {
  from.skip_to(record::magic);
  header h;
  const std::uint8_t width = from.get8();
  static_cast<opguest::environment&>(h.machine) = opguest::record::unpack(width, from.get8());
  h.machine.pedantic = from.get8() != 0;
  h.seed = from.get64();
  h.first = from.get32();
  return h;
}

result read_result(opguest::byte_source& from, const specimen& s) {
  result r;
  r.vector = from.get8();
  if (from.get32() != digest(s)) throw opguest::broken_stream("guest and host made different specimens");
  r.error = from.get32();
  const std::uint64_t changed = from.get64();
  for (unsigned slot = 0; slot < SLOT_COUNT; ++slot)
    r.after[slot] = changed >> slot & 1 ? from.get64() : s.before[slot];
  for (unsigned count = from.get8(); count > 0; --count) {
    const unsigned index = from.get16();
    if (index >= layout::watched_dwords()) throw opguest::broken_stream("a result names memory that is not watched");
    r.memory[address_of_watched(index)] = from.get32();
  }
  return r;
}

const char* slot_name(unsigned slot) {
  static constexpr const char* names[SLOT_COUNT] = {
      "rax",     "rcx", "rdx", "rbx", "rsp",       "rbp",        "rsi",       "rdi",       "r8",
      "r9",      "r10", "r11", "r12", "r13",       "r14",        "r15",       "rip",       "rflags",
      "es",      "cs",  "ss",  "ds",  "fs",        "gs",         "ldtr",      "tr",        "fs base",
      "gs base", "cr0", "cr2", "cr3", "cr4",       "cr8",        "efer",      "dr0",       "dr1",
      "dr2",     "dr3", "dr6", "dr7", "gdtr base", "gdtr limit", "idtr base", "idtr limit"};
  return names[slot];
}

}  // namespace umbra::system_guest
