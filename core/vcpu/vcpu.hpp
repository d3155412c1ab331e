// One virtual CPU: its registers, what CPUID tells it, the events that it is to get, and the MMU context that follows
// its control registers.
#pragma once

#include "core/mmu/mmu.hpp"
#include "core/vcpu/control_registers.hpp"
#include "core/vcpu/cpuid.hpp"
#include "core/vcpu/delivery.hpp"
#include "core/vcpu/event_queue.hpp"
#include "core/vcpu/fpu.hpp"
#include "core/vcpu/interrupt_queue.hpp"
#include "core/vcpu/msr_file.hpp"
#include "core/vcpu/nmi_queue.hpp"
#include "core/vcpu/ownership.hpp"
#include "core/vcpu/paravirtual.hpp"
#include "core/vcpu/register_set.hpp"
#include "core/vcpu/saved_events.hpp"

namespace umbra::vcpu {

class vcpu {
 public:
  vcpu(mmu::mmu& m, platform::vcpu_id id, const x86::features& f)
      : mmu_(m), offered_(f), registers_(m.memory(), f), cpuid_(f, id), msrs_(id), paravirtual_(m) {
    context_.vcpu = id;
  }
  ~vcpu();
  vcpu(const vcpu&) = delete;
  vcpu& operator=(const vcpu&) = delete;

  /// Takes what the vCPU needs from the MMU. False, and nothing kept, if there is not enough.
  bool create();

  /// Guest writes to control registers. False: #GP(0), nothing changed.
  bool write_cr0(word, const mode_segments& = {});
  bool write_cr3(word);
  bool write_cr4(word);
  bool write_efer(word);
  void invlpg(gva);
  /// Lets the guest have bits of CR0 and CR4 for itself from the next VM entry on. None of them at first.
  void own(const ownership&);
  /// After an exit: what the guest has made of the bits that it owns.
  void take_over(word cr0, word cr4);
  /// Takes control registers over from a VMM. False: they do not go together, nothing changed.
  bool restore(word cr0, word cr3, word cr4, word efer);

  /// Before VM entry: loads roots and programs the VMCS. `resume` or `shutdown`.
  mmu::verdict enter();
  /// A page fault exit.
  mmu::outcome page_fault(gva where, mmu::access by) { return mmu_.fault(context_, where, by); }
  /// A write that nobody can emulate, to be tried again by hardware.
  mmu::outcome unprotect(gva where, mmu::access by) { return mmu_.unprotect(context_, where, by); }

  general_registers& general() { return state_.general; }
  const general_registers& general() const { return state_.general; }
  const register_set& state() const { return state_; }

  /// Exceptions, and what was being delivered when an exit came.
  event_queue& events() { return events_; }
  const event_queue& events() const { return events_; }
  nmi_queue& nmis() { return nmis_; }
  const nmi_queue& nmis() const { return nmis_; }
  interrupt_queue& interrupts() { return interrupts_; }
  const interrupt_queue& interrupts() const { return interrupts_; }
  /// What the next VM entry is to deliver. `trap_pending`: a debug exception is, which the processor delivers by
  /// itself. `interrupt_window`: one is asked for, whatever waits.
  delivery next_delivery(flag trap_pending, bool interrupt_window) const;
  /// VM entry has taken an event from where it waited.
  void delivered(const delivery&);
  /// An exit came while `e` was being delivered, so that it waits again, in its place. An NMI blocks no others then.
  void take_back(const event& e);

  saved_events save_events() const;
  /// False: there is no such state, and nothing has changed.
  bool restore_events(const saved_events&);

  /// Executed HLT, and waits for an event (SDM 2A, "HLT").
  flag halted() const { return halted_; }
  void set_halted(flag h) { halted_ = h; }
  /// Whether an event that it takes is there.
  flag wakes() const;

  lazy_fpu& fpu() { return fpu_; }
  paravirtual_page& paravirtual() { return paravirtual_; }
  /// The guest is about to run, by whoever executes its instructions.
  void begin() { begun_ = true; }
  /// What CPUID says is the VMM's until the guest first runs; `features` of the constructor are the most that it may
  /// promise. False, and nothing changed: it is too late, too much, or not what the registers go with.
  bool set_cpuid(std::span<const cpuid_row>);
  const cpuid_table& cpuid() const { return cpuid_; }
  cpuid_result cpuid(word leaf, word subleaf, flag long_code) const;
  const control_registers& registers() const { return registers_; }
  msr_file& msrs() { return msrs_; }
  const msr_file& msrs() const { return msrs_; }
  /// All other registers. Between exits hardware has them.
  register_set& state() { return state_; }
  mmu::mmu& shadow_mmu() { return mmu_; }
  const mmu::context& context() const { return context_; }

 private:
  bool apply(written);
  ownership in_force() const;
  delivery first_event(flag trap_pending) const;

  mmu::mmu& mmu_;
  const x86::features offered_;  ///< what CPUID may promise of them
  control_registers registers_;
  ownership owned_{};
  cpuid_table cpuid_;
  msr_file msrs_;
  register_set state_{};
  event_queue events_{};
  nmi_queue nmis_{};
  interrupt_queue interrupts_{};
  flag halted_{};
  lazy_fpu fpu_{};
  paravirtual_page paravirtual_;
  mmu::context context_{};
  bool attached_ = false;
  bool begun_ = false;  ///< the guest has had a chance to run
};

}  // namespace umbra::vcpu
