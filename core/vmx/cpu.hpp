// One vCPU on VMX hardware: from what the guest is, as core/vcpu has it, to a VM entry, and from a VM exit back.
//
// The host calls, in turn: prepare(); with interrupts off: thread_changed(), the VM entry itself, host_event(); then
// exited(). If that leaves to userspace, and the request waits for an answer, complete() comes before the next
// prepare(). All of it, and everything else here, by the thread that has the vCPU for itself.
#pragma once

#include "core/emulate/emulator.hpp"
#include "core/vcpu/debug_registers.hpp"
#include "core/vcpu/guest_debug.hpp"
#include "core/vcpu/retry_guard.hpp"
#include "core/vcpu/vcpu.hpp"
#include "core/vmx/controls.hpp"
#include "core/vmx/enterable.hpp"
#include "core/vmx/host_state.hpp"
#include "core/vmx/msr_list.hpp"
#include "core/vmx/premise.hpp"
#include "core/vmx/request.hpp"
#include "core/vmx/statistics.hpp"
#include "core/vmx/vmcs.hpp"

namespace umbra::vmx {

/// What the host does next with a vCPU.
enum class next : unsigned char {
  run,    ///< after prepare(): enter; else: prepare() again
  again,  ///< of prepare(): not yet, but the host may turn to something else before it asks again
  leave,  ///< to userspace, with request()
};

/// Who accesses an MSR. A VMM finds those, too, whose feature the guest has not.
enum class msr_user : unsigned char { guest, vmm };

/// Who executes an instruction that hardware could not complete.
enum class executor : unsigned char {
  hardware,  ///< hardware still, with the table that the instruction writes to given up
  emulator,  ///< umbra; if it cannot, hardware
  nobody,    ///< the vCPU leaves with internal_error::emulation, for whoever has an emulator of his own
};

/// What of the host's came up while the guest ran.
enum class host_event : unsigned char { none, nmi, machine_check };

class cpu {
 public:
  cpu(mmu::mmu& m, platform::vcpu_id id, const x86::features& f, const controls& c, vmx::executor e)
      : host_(m.memory().host()),
        guest_(m, id, f),
        vmcs_(host_, id),
        controls_(c),
        executor_(e),
        emulator_(guest_, bus_),
        guest_msrs_(host_),
        host_msrs_(host_) {}
  cpu(const cpu&) = delete;
  cpu& operator=(const cpu&) = delete;

  /// Tables that create() takes for itself.
  static constexpr unsigned tables = 2;

  /// Takes memory. False if there is not enough: then this object is of no use.
  bool create();
  void set_executor(vmx::executor e) { executor_ = e; }
  vmx::executor executor() const { return executor_; }
  /// Writes all that stays, once, and the guest's state after reset.
  void set_up();

  /// The vCPU runs on another processor from now on.
  void processor_changed(const processor_state&);
  /// The rest of the host's state, just before VM entry.
  void thread_changed(const thread_state&);

  /// Before VM entry. The MMU's roots are loaded; a flush of all vCPUs since then makes them void.
  next prepare();
  /// After an exit: whether the guest has run. If not, VM entry failed over its state, and the VMCS is not launched
  /// either (SDM 27.8).
  bool has_run() const;
  /// Right after an exit: an event that the processor has not delivered, but told us of instead. The host handles it.
  vmx::host_event host_event() const;
  /// The guest has run, and left again. `entered`: it has; else the VM-entry instruction itself has failed.
  next exited(bool entered);
  const vmx::request& request() const { return request_; }
  /// What a device is to do, if request() is for one: it puts what is read into `data`, or takes what is there.
  io::request& io() { return emulator_.request(); }
  /// Whether an instruction waits until userspace has done its part. The guest's registers are those before the
  /// instruction; of a hypercall, those behind it.
  bool waits() const { return waits_ != waiting::nothing; }
  /// It has. The instruction goes on, and may leave again, for the next device. An instruction whose registers the VMM
  /// has changed in between is dropped instead, and what it has told devices remains told; an IN, an access to an MSR
  /// and a hypercall are only if RIP was changed.
  next complete();
  /// Drops an instruction that waits, as prepare() does.
  void forget();

  // --- for a VMM that sends the vCPU events ---

  void interrupt(word vector) { guest_.interrupts().add(vector); }
  /// False: this processor cannot tell when a guest takes NMIs (it has no virtual NMIs), so its guests get none.
  bool nmi();
  /// Whether to leave as soon as the guest can take an interrupt and none waits.
  void want_interrupt_window(bool wanted) { wants_interrupt_window_ = wanted; }
  /// Whether an interrupt would be delivered at once.
  flag ready_for_interrupt() const;

  // --- for a VMM that looks at the vCPU or restores it ---

  /// Takes events over, as vcpu::restore_events() does, and refuses to, as nmi() does. A delivery that waits for a
  /// device is dropped: what it delivers may be no more.
  bool restore_events(const vcpu::saved_events&);

  vcpu::segments segments() const;
  void set_segments(const vcpu::segments&);

  /// A VMM debugs its guest. False, and nothing changed: this processor cannot step.
  bool set_guest_debug(const vcpu::guest_debug&);
  const vcpu::guest_debug& guest_debug() const { return debug_; }
  /// False: DR6 or DR7 has no such value, and nothing has changed.
  bool set_debug_registers(const std::array<word, 4>& breakpoint, word dr6, word dr7);
  /// Whether hardware needs DR0 to DR3 while the guest runs, and what they are.
  bool breakpoints(std::array<word, 4>&) const;
  /// Model-specific registers (vcpu::msr_table). False: there is no such register, or it does not take the value:
  /// #GP(0) for a guest, and nothing has changed.
  bool read_msr(word number, word& value, msr_user) const;
  bool write_msr(word number, word value, msr_user);
  /// Whether userspace is asked for an MSR that the guest has not, instead of #GP(0) for the guest.
  void ask_for_unknown_msrs(bool on) { asks_for_msrs_ = on; }
  /// What userspace says to request_kind::rdmsr or wrmsr, before complete(): #GP(0), or what is read.
  void answer_msr(bool refused, word value) { msr_answer_ = {refused, value}; }
  /// And to request_kind::hypercall.
  void answer_hypercall(word result) { hypercall_answer_ = result; }
  /// The guest's time-stamp counter.
  word time_stamp() const;

  // --- for the handlers of exits ---

  /// Devices in the core that this vCPU meets before userspace.
  io::bus& bus() { return bus_; }
  vcpu::vcpu& guest() { return guest_; }
  const vcpu::vcpu& guest() const { return guest_; }
  vmx::vmcs& vmcs() { return vmcs_; }
  vcpu::retry_guard& retries() { return retries_; }
  /// Whether hardware has virtual-8086 mode in the place of real mode.
  bool disguised() const { return disguised_; }
  /// Whether the guest executes 64-bit code.
  flag in_64_bit_code() const;
  vcpu::mode_segments mode_segments() const;
  /// Turns a control of x86::processor_control on or off, from the next VM entry on.
  void set_processor_control(std::uint32_t bit, bool on);
  /// Has an exception cause an exit, or not.
  void set_intercepted(x86::exception, bool);
  /// DR7 has changed.
  void debug_changed();
  /// Goes on behind the instruction that caused the exit.
  void advance();
  /// Gives the guest an exception, or shuts it down if that cannot be.
  next raise(const vcpu::event&);
  /// #DB, for what `causes` says in DR6: it is the guest's, or its VMM's.
  next raise_debug(word causes);
  next leave_for_debug(x86::exception, word causes);
  /// The instruction is none that this guest's processor has: #UD.
  next undefined();
  /// The instruction asks for what it must not: #GP(0).
  next refuse();
  /// The guest has executed HLT, and goes on with the next event.
  next halt();
  /// The privilege level of the guest's code, 0 in real mode.
  word cpl() const;
  next leave(const vmx::request&);
  next leave(internal_error e) { return leave({.kind = request_kind::internal_error, .error = e}); }
  /// Executes the instruction that hardware could not complete. False, and nothing has changed: this cannot be, for it
  /// is of a kind that is not emulated, or was not what the exit came from; or this vCPU emulates nothing.
  bool emulate(next&);
  /// RDMSR or WRMSR that cannot be done here: userspace's, or a #GP(0).
  next miss_msr(request_kind, word number, word value);
  /// IN and OUT of 1, 2 or 4 bytes, permission checked: by a device in the core, or else by userspace.
  next input(word port, unsigned bytes);
  next output(word port, unsigned bytes);
  /// A hypercall whose result userspace is to supply, in the place of what RAX has.
  next await_hypercall(const vmx::request&);
  statistics& counters() { return counters_; }

 private:
  /// What an answer of userspace is for.
  enum class waiting : unsigned char { nothing, in, msr, hypercall, instruction, delivery };
  /// Instructions that prepare() executes at most, where entry is not possible.
  static constexpr unsigned patience = 16;

  void count_exit(word reason);
  next answer_exit(word reason);
  next make_enterable();
  bool fit_segments(segmentation);
  void segments_changed();
  void undisguise();
  bool step_outside_vmx(segmentation, next&);
  next deliver();
  next conclude_delivery(const emulate::result&);
  void load_for_emulator();
  void write_exception_bitmap();
  void write_event();
  void write_fpu();
  flag trap_pending() const;
  flag nmi_unblocked_by_iret() const;
  bool settle(const emulate::result&, next&);
  void keep(const emulate::result&);
  next serve(const emulate::result&);
  next ask_port(bool write, word port, unsigned bytes);
  next finish_input(word value, unsigned bytes);
  bool account_for_events();
  void conclude_events();
  void trap_after_instruction();
  word dr7_in_force() const;
  next finish_msr();
  next finish_hypercall();
  unsigned find_msr(word number, msr_user) const;
  word msr_value(unsigned n) const;
  bool set_msr_value(unsigned n, word value);

  platform::host& host_;
  vcpu::vcpu guest_;
  vmx::vmcs vmcs_;
  const controls controls_;
  vmx::executor executor_;
  io::bus bus_{};
  emulate::emulator emulator_;
  msr_list guest_msrs_, host_msrs_;
  std::uint32_t processor_controls_ = 0, exception_bitmap_ = 0;
  bool stepped_ = false;  ///< an instruction has ended without the processor: what a step exits for
  vcpu::guest_debug debug_{};
  bool fpu_is_guests_ = false;  ///< as the VMCS says
  vcpu::delivery delivery_{};   ///< what the entry that comes next, or has been, delivers
  flag in_delivery_{};          ///< the last exit came while an event was being delivered
  vcpu::retry_guard retries_{};
  vmx::request request_{};
  bool asks_for_msrs_ = false;
  struct {
    bool refused = false;
    word value{};
  } msr_answer_{};
  word hypercall_answer_{};
  waiting waits_ = waiting::nothing;
  premise premise_{};  ///< of the instruction that the emulator has
  /// Whether hardware has the segments in the form that `fitted_` needs: a guest that runs does not change that, one
  /// that cannot may.
  enum class fit : unsigned char { unknown, good, bad } fit_ = fit::unknown;
  segmentation fitted_{};
  // Reading them takes VMREADs by the dozen, and the emulator needs them for each instruction.
  mutable bool segments_known_ = false;
  mutable vcpu::segments segments_{};  ///< if so: what segments() returns
  bool disguised_ = false;
  vcpu::segments guest_segments_{};  ///< while disguised_: what to reveal
  unsigned served_length_ = 0;       ///< of the instruction whose exit's handler runs without an exit; 0: there was one
  bool wants_interrupt_window_ = false;
  statistics counters_{};
};

}  // namespace umbra::vmx
