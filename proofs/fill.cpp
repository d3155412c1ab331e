// T2: what the core makes hardware believe, the guest's own tables say.
#include "core/mmu/view.hpp"
#include "core/vcpu/vcpu.hpp"
#include "models/reference/reachable.hpp"
#include "models/reference/walk.hpp"
#include "proofs/guest.hpp"
#include "proofs/hardware.hpp"
#include "proofs/sound.hpp"
#include "proofs/story.hpp"

namespace umbra::proofs {

namespace {

using reference::registers;
using reference::translation;

/// The guest's writes to its registers. That core and model agree about them is T1's; here both accept.
void write_registers(smt::path& p, platform::host& host, const unit& u, const register_values& v, vcpu::vcpu& core,
                     registers& model) {
  const memory_as_it_is memory{host};
  const auto accepted = [&](reference::control_register which, word value) {
    switch (which) {
      case reference::control_register::cr0:
        return core.write_cr0(value);
      case reference::control_register::cr3:
        return core.write_cr3(value);
      case reference::control_register::cr4:
        return core.write_cr4(value);
      case reference::control_register::efer:
        break;
    }
    return core.write_efer(value);
  };
  reference::lead_to({v.cr0, v.cr3, v.cr4, v.efer}, u.format == mmu::paging::level4,
                     [&](reference::control_register which, word value) {
                       if (!accepted(which, value)) p.close();
                       p.assume(negate(reference::write_register(model, which, value, memory).faults));
                     });
}

/// The answer to the exit is what the guest's tables call for.
void right_answer(smt::path& p, platform::host& host, const mmu::outcome& o, const translation& t,
                  const reference::access& by) {
  const memory_as_it_is memory{host};
  switch (o.next) {
    case mmu::verdict::inject:
      p.prove(t.faults, "a fault is injected only where the guest's tables fault");
      p.prove(o.error_code == t.error_code, "the error code is the model's");
      break;
    case mmu::verdict::mmio:
      p.prove(negate(t.faults), "an access that faults does not reach a device");
      p.prove(o.address.value == t.address, "the device's address is the one that the guest's tables give");
      p.prove(either(negate(memory.backed(t.address)), both(by.write, memory.read_only(t.address))),
              "only accesses that memory cannot serve leave to a device");
      break;
    case mmu::verdict::emulate:
      p.prove(both(by.write, negate(t.faults)), "only writes that the guest's tables allow are emulated");
      break;
    case mmu::verdict::resume:
      break;
    case mmu::verdict::retry:
    case mmu::verdict::shutdown:
      p.refute("a page fault is answered by resume, inject, emulate or mmio");
  }
}

struct surroundings_of : memory_as_it_is {
  const mmu::mmu& shadow;

  flag is_shadowed(word host_frame) const {
    const mmu::view view(shadow);
    flag any = false;
    for (unsigned n = 0; n < view.pages(); ++n) {
      const mmu::page& page = view.page_at(n);
      if (page.state == mmu::page_state::live && page.backing != nullptr)
        any = either(any, page.backing->number.value == host_frame);
    }
    return any;
  }
  flag is_logged(word host_frame) const { return host.is_logged({host_frame}); }
};

/// Whatever hardware would now allow, at any address and to anybody, the guest's tables allow, and lead to the same
/// memory.
void sound(smt::path& p, platform::host& host, const mmu::mmu& shadow, const registers& guest, word asked, word gva,
           const reference::access& by, const unit& u) {
  const registers hardware = hardware_registers(p, host);
  const translation seen = reference::walk(shadow_tables{host}, hardware, linear_address(gva, u), by);
  p.assume(negate(either(seen.rootless, seen.faults)));

  // Two PDPTEs may name one directory; else hardware can reach no page but the one that was asked for, whose tables
  // have been read already.
  const word reached = linear_address(gva, u) >> page_shift, wanted = linear_address(asked, u) >> page_shift;
  if (reached == wanted) gva = (asked & word{~page_offset_mask}) | offset_in_page(gva);

  const surroundings_of around{{host}, shadow};
  is_sound(p, around, seen, reference::walk(around, guest, gva, by), by);
}

void body(smt::path& p, const unit& u) {
  platform::host host(p, smt::guest_memory::kind::log, u.format == mmu::paging::bits32 ? 4 : 8);
  auto& space = p.make<memory::space>(host);
  auto& shadow = p.make<mmu::mmu>(space);
  if (!shadow.create(mmu::mmu::minimum_pages(1))) p.refute("the shadow MMU can be made");
  registers guest;
  guest.cpuid = any_features(p, u);
  auto& core = p.make<vcpu::vcpu>(shadow, 0u, guest.cpuid);
  if (!core.create()) p.refute("a vCPU can be made");

  const register_values written = any_registers(p, u);
  const word gva = any_linear_address(p, u), later = any_linear_address(p, u);
  const reference::access by = any_access(p), later_by = any_access(p);
  p.on_case([&](const smt::witness& w, const char* failing) {
    story s(w, "T2", u, failing);
    s.features(guest.cpuid);
    s.memory(host);
    s.registers(written);
    s.access(gva, by);
    s.access(later, later_by);
    return s.text();
  });
  write_registers(p, host, u, written, core, guest);
  host.memory.forget();  // what the PDPTEs were loaded from may have changed since
  for (unsigned n = u.pointers; n < 4; ++n) p.assume(negate(has(guest.pdpte[n], x86::entry::present)));

  const translation t = reference::walk(memory_as_it_is{host}, guest, gva, by);
  if (core.enter() == mmu::verdict::shutdown) {
    p.prove(t.rootless, "a vCPU is shut down only if its root table is not in memory");
  } else {
    p.prove(negate(t.rootless), "a vCPU without a root table does not run");
    right_answer(p, host, core.page_fault({gva}, as_core(by)), t, by);
    sound(p, host, shadow, guest, gva, later, later_by, u);
  }
  p.conclude();
}

constexpr const char* assumptions[] = {
    "A guest's registers are what one write to each can leave, in the order of models/reference/reachable.hpp.",
    "Linear addresses are canonical in 4-level paging: others fault before they are translated.",
    "A lookup gives the same answer for the same guest frame (T4).",
    "Host frames that back guests hold no shadow table.",
};
constexpr const char* production[] = {"core/mmu/fault.cpp", "core/mmu/entries.cpp", "core/mmu/meaning.cpp",
                                      "core/mmu/roots.cpp", "core/mmu/role.hpp",    "core/mmu/shadow_format.hpp"};

std::vector<unit> units(tier t) {
  std::vector<unit> all;
  for (const auto format : {mmu::paging::none, mmu::paging::bits32, mmu::paging::pae, mmu::paging::level4}) {
    for (unsigned width = 32; width <= 52; ++width) {
      if (t == tier::quick && width != 36) continue;
      unit u{format, width};
      u.pointers = t == tier::quick ? 1 : 2;
      all.push_back(u);
    }
  }
  return all;
}

}  // namespace

extern const theorem fill_theorem{
    "T2",
    "fill",
    "After a page fault on empty shadow tables, in every mode, for all guest memory, slots, registers, addresses and "
    "accesses: whatever the shadow tables let hardware do, at any address and to any access, the guest's tables allow.",
    assumptions,
    production,
    units,
    body,
};

}  // namespace umbra::proofs
