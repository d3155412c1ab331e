// One logical processor that runs one vCPU in VMX non-root operation.
//
// It does what the architecture says of the state that the core programmed, and no more: latches the VMCS at entry,
// translates by TLB, paging-structure caches and shadow tables, sets accessed and dirty bits in shadow entries, and
// keeps what it cached until the architecture or the core drops it. It shares no code with core's walk or the model's.
#pragma once

#include <array>
#include <cstdint>

#include "core/x86/vmcs.hpp"
#include "models/machine/controls.hpp"
#include "models/machine/counters.hpp"
#include "models/machine/exit_information.hpp"
#include "models/machine/incident.hpp"
#include "models/machine/ram.hpp"
#include "models/machine/structure_cache.hpp"
#include "models/machine/table_arena.hpp"
#include "models/machine/tlb.hpp"
#include "models/machine/vmcs_store.hpp"

namespace umbra::machine {

/// How an access is made (SDM 4.6). `ac`: an explicit supervisor access with EFLAGS.AC set.
struct request {
  bool user = false;
  bool write = false;
  bool fetch = false;
  bool ac = false;
};

enum class answer : std::uint8_t {
  translated,     ///< `hpa` is where the access goes
  page_fault,     ///< VM exit with `error_code`
  non_canonical,  ///< #GP, in 4-level paging: the address is not sign-extended from bit 47
  broken,         ///< the machine has reported an incident; there is no translation
};

struct result {
  bool ok = false;  ///< translated
  answer what = answer::broken;
  std::uint64_t hpa = 0;
  std::uint64_t error_code = 0;
};

/// What a processor shares with the rest of the machine.
struct surroundings {
  ram& memory;
  table_arena& tables;
  incident_log& incidents;
  counters& count;
};

class processor {
 public:
  /// `tag` is the VPID that the host has for its vCPU.
  processor(const surroundings& s, std::uint16_t tag) : around_(s), tag_(tag) {}

  /// All that a processor holds.
  struct state {
    vmcs_store fields;
    controls latched;
    std::array<std::uint64_t, 4> pdptes{};
    bool in_guest = false, kicked = false;
    injection injected{};
    tlb translations;
    structure_cache structures;
  };

  void reset();
  void save(state&) const;
  void restore(const state&);

  // --- VM entry and exit ---------------------------------------------------------------------------------------------

  /// VMREAD.
  std::uint64_t read_vmcs(x86::vmcs field) const {
    if (in_guest_ || !vmcs_store::exists(field)) [[unlikely]]
      return read_wrongly(field);
    return fields_.get(field);
  }
  /// VMWRITE; takes effect at the next enter().
  void write_vmcs(x86::vmcs field, std::uint64_t value) {
    ++around_.count.vmcs_writes;
    const unsigned bits = vmcs_store::writable_bits(field);
    if (in_guest_ || bits == 0 || value >> (bits - 1) >> 1 != 0) [[unlikely]]
      return write_wrongly(field, value);
    fields_.set(field, value);
  }
  /// What the processor says of an exit; tests write it in the processor's stead.
  void inform(x86::vmcs field, std::uint64_t value) { fields_.set(field, value); }
  /// A register of the guest's, as the processor has it while the guest runs.
  std::uint64_t read_register(x86::vmcs field) const { return fields_.get(field); }
  /// The whole VMCS, likewise.
  const vmcs_store& fields() const { return fields_; }
  /// VM entry: latches controls and, in PAE paging, loads the four PDPTEs from memory. With a VPID it flushes nothing.
  /// False, with an incident: VM entry fails.
  bool enter();
  /// VM exit: what it tells goes to the VMCS, and the event that was to be injected is no longer due. Keeps what is
  /// cached. Of a vCPU that is not in guest mode: nothing.
  void leave(const exit_information& = {});
  /// An interrupt by the host makes a vCPU leave guest mode.
  void kick();
  /// Whether there was a kick since the last call.
  bool take_kick();
  /// VM entry fails over the guest's state, or an MSR to be loaded (SDM 27.8): what is told is all that changes.
  void refuse(const exit_information&);
  /// What an exit would tell, of a vCPU that has not entered since its last one.
  void tell(const exit_information&);
  /// MOV to CR0 or CR4 in guest mode (SDM 26.1.3): false if it exits, for it changes what the host owns. Else the
  /// guest's own bits are written.
  bool move_to(x86::vmcs cr, std::uint64_t value);
  /// What the guest reads there: its own bits of the register, the others of the read shadow (SDM 26.3).
  std::uint64_t move_from(x86::vmcs cr) const;
  /// What the last VM entry has delivered.
  const injection& injected() const { return injected_; }
  bool in_guest() const { return in_guest_; }
  /// INVVPID, single context, for this vCPU's VPID.
  void flush();

  // --- in guest mode -------------------------------------------------------------------------------------------------

  /// One access to one page by the guest. A page fault drops what is cached for the address (SDM 4.10.4.1).
  result access(std::uint64_t gva, const request&);
  /// What access() would say now; nothing is cached, dropped, set or counted.
  result probe(std::uint64_t gva, const request&) const;
  /// The processor translates of its own accord: sets A (never D), caches, never faults (SDM 4.10.2.3, 4.10.3.1).
  void speculate(std::uint64_t gva);

  // --- for checkers --------------------------------------------------------------------------------------------------

  const tlb& translations() const { return tlb_; }
  const structure_cache& structures() const { return structures_; }
  /// The controls that the vCPU runs, or last ran, under; and the VMCS as it is.
  const controls& latched() const { return latched_; }
  controls vmcs() const;
  std::uint64_t vpid() const { return fields_.get(x86::vmcs::vpid); }
  std::uint16_t tag() const { return tag_; }
  /// The directory-pointer registers as loaded at the last entry in PAE paging.
  const std::array<std::uint64_t, 4>& pdptes() const { return pdptes_; }
  bool level4() const;

 private:
  enum class intent : std::uint8_t { access, speculate, probe };
  struct rights {
    bool write = true, user = true, execute = true;
  };
  struct cursor {
    std::uint64_t table = 0;  ///< host frame of the table to read next
    unsigned level = 0;
    rights granted{};
  };

  bool may_use(x86::vmcs field, const char* verb) const;
  std::uint64_t read_wrongly(x86::vmcs field) const;
  void write_wrongly(x86::vmcs field, std::uint64_t value);
  result translate(std::uint64_t gva, const request&, intent);
  bool begin(std::uint64_t gva, cursor&) const;
  result walk(std::uint64_t gva, const request&, intent);
  bool permitted(const rights&, const request&) const;
  bool reserved(std::uint64_t entry, unsigned level) const;
  result fault(const request&, bool present, bool reserved) const;
  void forget(std::uint64_t gva);
  void drop(std::uint64_t vpid);
  result landed(std::uint64_t frame, std::uint64_t gva, intent);
  bool load_pdptes();
  void inject();

  surroundings around_;
  std::uint16_t tag_;
  vmcs_store fields_;
  controls latched_{};
  std::array<std::uint64_t, 4> pdptes_{};
  bool in_guest_ = false, kicked_ = false;
  injection injected_{};
  tlb tlb_;
  structure_cache structures_;
};

}  // namespace umbra::machine
