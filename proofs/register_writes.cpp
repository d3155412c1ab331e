#include "proofs/register_writes.hpp"

#include "proofs/tape.hpp"

namespace umbra::proofs {

namespace {

const char* name_of(reference::control_register which) {
  static constexpr const char* names[] = {"CR0", "CR3", "CR4", "EFER"};
  return names[static_cast<unsigned>(which)];
}

}  // namespace

vcpu::written write_register(vcpu::control_registers& core, reference::control_register which, word value,
                             const vcpu::mode_segments& from) {
  switch (which) {
    case reference::control_register::cr0:
      return core.set_cr0(value, from);
    case reference::control_register::cr3:
      return core.set_cr3(value);
    case reference::control_register::cr4:
      return core.set_cr4(value);
    case reference::control_register::efer:
      break;
  }
  return core.set_efer(value);
}

void prove_same(smt::path& p, const vcpu::control_registers& core, const reference::registers& model,
                const char* when) {
  const auto same = [&](flag holds, const char* what) {
    p.prove(holds, std::string(what) + " what the model says, " + when);
  };
  same(core.cr0() == model.cr0, "CR0 is");
  same(core.cr3() == model.cr3, "CR3 is");
  same(core.cr4() == model.cr4, "CR4 is");
  same(core.efer() == model.efer, "EFER is");
  for (unsigned n = 0; n < 4; ++n) same(core.pdpte(n) == model.pdpte[n], "the PDPTEs are");
}

void write_registers(smt::path& p, platform::host& host, const unit& u, const register_values& v,
                     vcpu::control_registers& core, reference::registers& model) {
  const tape read(p, host, host.memory.events().size());
  reference::lead_to({v.cr0, v.cr3, v.cr4, v.efer}, u.format == mmu::paging::level4,
                     [&](reference::control_register which, word value) {
                       const vcpu::written w = write_register(core, which, value);
                       const reference::cr_effect e = reference::write_register(model, which, value, read);
                       p.prove(e.faults == flag(w.refused),
                               std::string("both raise #GP, or none, for ") + name_of(which));
                       if (w.refused) p.close();
                     });
  prove_same(p, core, model, "once they are written");
  // They are the same, so either's terms will do.
  model.cr0 = core.cr0();
  model.cr3 = core.cr3();
  model.cr4 = core.cr4();
  model.efer = core.efer();
  for (unsigned n = 0; n < 4; ++n) model.pdpte[n] = core.pdpte(n);
}

}  // namespace umbra::proofs
