// T6: from any registers that a guest can have, one more write to a control register.
#include "models/reference/control_access.hpp"
#include "models/reference/paging_mode.hpp"
#include "proofs/register_writes.hpp"
#include "proofs/story.hpp"
#include "proofs/tape.hpp"

namespace umbra::proofs {

namespace {

using reference::control_register;
using reference::registers;

control_register any_register(smt::path& p) {
  if (p.any_flag("CR0 or CR3 is written")) {
    return p.any_flag("CR0 is written") ? control_register::cr0 : control_register::cr3;
  }
  return p.any_flag("CR4 is written") ? control_register::cr4 : control_register::efer;
}

void body(smt::path& p, const unit& u) {
  platform::host host(p, u.memory, 8);
  auto& space = p.make<memory::space>(host);
  const x86::features features = any_features(p, u);
  registers model;
  model.cpuid = features;
  auto& core = p.make<vcpu::control_registers>(space, features);
  const register_values first = any_registers(p, u);
  const control_register which = any_register(p);
  const word value = p.any_word("value");
  const reference::code_context from{.long_code = p.any_flag("CS.L"), .tss16 = p.any_flag("the TSS has 16 bits")};
  p.on_case([&](const smt::witness& w, const char* failing) {
    story s(w, "T6", u, failing);
    s.features(features);
    s.memory(host);
    s.registers(first);
    if (w(from.long_code) || w(from.tss16)) s.remark("It is written by 64-bit code, or on a task of 16 bits.");
    s.write(which, value);
    return s.text();
  });
  write_registers(p, host, u, first, core, model);
  host.memory.forget();  // the guest may have changed its tables since

  const tape read(p, host, host.memory.events().size());
  const registers before = model;
  const vcpu::written w =
      write_register(core, which, value, {.long_code = from.long_code, .task_of_16_bits = from.tss16});
  if (which == control_register::cr0 && w.refused && reference::refuses_mode_switch(before, value, from)) {
    prove_same(p, core, before, "where a mode switch is refused");
    p.conclude();
    return;
  }
  const reference::cr_effect e = reference::write_register(model, which, value, read);
  read.ends();
  p.prove(e.faults == flag(w.refused), "both raise #GP, or none");
  prove_same(p, core, model, "behind one more write");
  if (!w.refused) {
    if (which == control_register::cr0)
      p.prove(negate(reference::refuses_mode_switch(before, value, from)),
              "no mode is entered that code cannot run in");
    const flag paged = either(reference::paging(before), reference::paging(model));
    p.prove(either(negate(both(paged, e.invalidates)), w.mode), "the core hears of all that ends translations");
  }
  p.conclude();
}

constexpr const char* assumptions[] = {
    "A guest's registers are what one write to each can leave, in the order of models/reference/reachable.hpp.",
    "A lookup gives the same answer for the same guest frame (T4).",
};
constexpr const char* production[] = {"core/vcpu/control_registers.cpp"};

std::vector<unit> units(tier t) {
  std::vector<unit> all;
  for (const auto format : {mmu::paging::none, mmu::paging::bits32, mmu::paging::pae, mmu::paging::level4}) {
    for (unsigned width = 32; width <= 52; ++width) {
      if (t == tier::full || width == 36 || width == 52) all.push_back({format, width, smt::guest_memory::kind::log});
    }
  }
  return all;
}

}  // namespace

extern const theorem transition_theorem{
    "T6",
    "transition",
    "From any registers that a guest can have, for any value that it then writes to CR0, CR3, CR4 or EFER, from any "
    "code: core and model refuse the same, read the same PDPTEs and come to the same registers; and whatever ends "
    "cached translations while paging is on, the core notices.",
    assumptions,
    production,
    units,
    body,
};

}  // namespace umbra::proofs
