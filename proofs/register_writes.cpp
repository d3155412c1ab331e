#include "proofs/register_writes.hpp"

#include "models/reference/reachable.hpp"
#include "proofs/tape.hpp"

namespace umbra::proofs {

void write_registers(smt::path& p, platform::host& host, const unit& u, const register_values& v,
                     vcpu::control_registers& core, reference::registers& model) {
  const tape read(p, host, host.memory.events().size());
  const auto agree = [&](const char* which, vcpu::written w, const auto& as_the_model) {
    const reference::cr_effect e = as_the_model();
    p.prove(e.faults == flag(w.refused), std::string("both raise #GP, or none, for ") + which);
    if (w.refused) p.close();
  };
  for (const reference::control_register which : reference::order_of_writes(u.format == mmu::paging::level4)) {
    switch (which) {
      case reference::control_register::cr0:
        agree("CR0", core.set_cr0(v.cr0), [&] { return reference::write_cr0(model, v.cr0, read); });
        break;
      case reference::control_register::cr3:
        agree("CR3", core.set_cr3(v.cr3), [&] { return reference::write_cr3(model, v.cr3, read); });
        break;
      case reference::control_register::cr4:
        agree("CR4", core.set_cr4(v.cr4), [&] { return reference::write_cr4(model, v.cr4, read); });
        break;
      case reference::control_register::efer:
        agree("EFER", core.set_efer(v.efer), [&] { return reference::write_efer(model, v.efer, read); });
        break;
    }
  }
  p.prove(core.cr0() == model.cr0, "CR0 is what the model says");
  p.prove(core.cr3() == model.cr3, "CR3 is what the model says");
  p.prove(core.cr4() == model.cr4, "CR4 is what the model says");
  p.prove(core.efer() == model.efer, "EFER is what the model says");
  for (unsigned n = 0; n < 4; ++n) p.prove(core.pdpte(n) == model.pdpte[n], "the PDPTEs are what the model says");
  // They are the same, so either's terms will do.
  model.cr0 = core.cr0();
  model.cr3 = core.cr3();
  model.cr4 = core.cr4();
  model.efer = core.efer();
  for (unsigned n = 0; n < 4; ++n) model.pdpte[n] = core.pdpte(n);
}

}  // namespace umbra::proofs
