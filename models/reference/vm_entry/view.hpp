// What the rules of VM entry read: the fields of the VMCS, physical memory, the processor's capabilities.
#pragma once

#include <cstdint>

#include <word/word.hpp>

#include "core/x86/vmcs.hpp"
#include "models/reference/vm_entry/processor.hpp"

namespace umbra::reference {

/// The fields of a VMCS, wherever the caller keeps them: any object that answers `word (x86::vmcs) const`. It must
/// outlive the view. A field that the processor does not have reads as 0. An object that wants to know which bits of a
/// field decide answers `word bits(x86::vmcs, std::uint64_t mask) const`, too: those bits of it, the others 0.
class vmcs_view {
 public:
  template <class Fields>
  vmcs_view(const Fields& fields)  // implicit: a view is made for the call that takes it
      : fields_(&fields),
        read_([](const void* f, x86::vmcs which) -> word { return (*static_cast<const Fields*>(f))(which); }),
        bits_([](const void* f, x86::vmcs which, std::uint64_t mask) -> word {
          if constexpr (requires(const Fields& fields) { fields.bits(which, mask); })
            return static_cast<const Fields*>(f)->bits(which, mask);
          else
            return (*static_cast<const Fields*>(f))(which)&word{mask};
        }) {}

  word operator()(x86::vmcs which) const { return read_(fields_, which); }
  word bits(x86::vmcs which, std::uint64_t mask) const { return bits_(fields_, which, mask); }

 private:
  const void* fields_;
  word (*read_)(const void*, x86::vmcs);
  word (*bits_)(const void*, x86::vmcs, std::uint64_t mask);
};

/// Host-physical memory, for the few rules that follow a pointer: any object that answers `word read(word address,
/// unsigned bytes) const` for aligned addresses, and 4 or 8 bytes. Where there is no memory, all bits read as 1.
class memory_view {
 public:
  template <class Memory>
  memory_view(const Memory& memory)  // implicit, as above
      : memory_(&memory), read_([](const void* m, word address, unsigned bytes) -> word {
          return static_cast<const Memory*>(m)->read(address, bytes);
        }) {}

  word read(word address, unsigned bytes) const { return read_(memory_, address, bytes); }

 private:
  const void* memory_;
  word (*read_)(const void*, word, unsigned);
};

struct entry_view {
  vmcs_view vmcs;
  memory_view memory;
  const vmx_processor& processor;

  word operator()(x86::vmcs which) const { return vmcs(which); }
  /// These bits of a field; the others are 0.
  word bits(x86::vmcs which, std::uint64_t mask) const { return vmcs.bits(which, mask); }
  /// Whether a field has one of them.
  flag has(x86::vmcs which, std::uint64_t mask) const { return bits(which, mask) != word{0}; }
};

}  // namespace umbra::reference
