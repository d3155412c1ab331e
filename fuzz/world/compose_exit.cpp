#include "fuzz/world/compose_exit.hpp"

#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::fuzz {

namespace {

using namespace vcpu::general;
using reason = x86::exit_reason;
using enum x86::vmcs;
using information = std::optional<machine::exit_information>;

class composition {
 public:
  composition(const op& o, machine::processor& cpu, vcpu::general_registers& g, bool code64, unsigned scratch)
      : op_(o), cpu_(cpu), general_(g), code64_(code64), scratch_(code64 ? scratch % 16 : scratch % 8) {}

  information compose();

 private:
  bool privileged() const { return op_.by.cpl == 0; }
  bool controlled(std::uint32_t bit) const { return (cpu_.read_register(processor_controls) & bit) != 0; }
  bool secondary(std::uint32_t bit) const {
    return controlled(x86::processor_control::secondary) && (cpu_.read_register(secondary_controls) & bit) != 0;
  }
  std::uint64_t flags() const { return cpu_.read_register(guest_rflags); }
  void load(unsigned reg, std::uint64_t value) {
    general_.set(word{reg}, value);
    if (reg == rsp) cpu_.inform(guest_rsp, value);
  }
  static information simple(reason r, unsigned length, std::uint64_t qualification = 0) {
    return machine::exit_information{
        .reason = static_cast<std::uint64_t>(r), .qualification = qualification, .instruction_length = length};
  }

  information mov_cr(bool to);
  information mov_dr(bool to);
  information msr(bool write);
  information port(bool in, bool string);
  information vmx();
  information exception();
  information window();

  const op& op_;
  machine::processor& cpu_;
  vcpu::general_registers& general_;
  const bool code64_;
  const unsigned scratch_;
};

/// CR0 and CR4 exit only if what changes is the host's, CR2 never (26.1.3); the others that exist always. A REX prefix,
/// which CR8 needs, is there in 64-bit mode only.
information composition::mov_cr(bool to) {
  const unsigned number = op_.count & 15;
  if (number != 0 && number != 3 && number != 4 && !(number == 8 && code64_)) return {};
  if (to) load(scratch_, op_.value);
  const std::uint64_t value = code64_ ? op_.value : op_.value & 0xffff'ffff;
  if (number == 0 || number == 4) {
    if (!to || cpu_.move_to(number == 0 ? guest_cr0 : guest_cr4, value)) return {};
  }
  return simple(reason::control_register, number == 8 ? 4 : 3, number | (to ? 0u : 1u) << 4 | scratch_ << 8);
}

/// All but #UD comes after the exit (26.1.3); the debug registers beyond DR7 have no encoding outside of 64-bit mode.
information composition::mov_dr(bool to) {
  const unsigned number = op_.count & 7;
  if (to) load(scratch_, op_.value);
  return simple(reason::debug_register, 3, number | (to ? 0u : 1u) << 4 | scratch_ << 8);
}

information composition::msr(bool write) {
  if (!privileged()) return {};
  load(rcx, op_.count);
  if (write) load(rax, op_.value & 0xffff'ffff), load(rdx, op_.value >> 32);
  return simple(write ? reason::wrmsr : reason::rdmsr, 2);
}

/// The I/O permission bitmap is asked first, beyond IOPL and in virtual-8086 mode; here it denies all (26.1.1).
information composition::port(bool in, bool string) {
  const unsigned iopl = static_cast<unsigned>(field(flags(), x86::rflags::iopl_at, 2));
  if (op_.by.cpl > iopl || has(flags(), x86::rflags::vm)) return {};
  const unsigned bytes = op_.size >= 4 ? 4 : op_.size >= 2 ? 2 : 1;
  const bool repeated = string && op_.value != 0;
  load(rdx, op_.count & 0xffff);
  if (!string && !in) load(rax, op_.value);
  if (repeated) load(rcx, op_.value & 0xff);
  return simple(reason::io, string ? 2 : 1,
                (bytes - 1) | (in ? 1u : 0u) << 3 | (string ? 1u : 0u) << 4 | (repeated ? 1u : 0u) << 5 |
                    std::uint64_t{op_.count & 0xffff} << 16);
}

information composition::vmx() {
  constexpr reason reasons[] = {reason::vmclear, reason::vmlaunch, reason::vmptrld, reason::vmptrst,
                                reason::vmread,  reason::vmresume, reason::vmwrite, reason::vmxoff,
                                reason::vmxon,   reason::invept,   reason::invvpid, reason::getsec};
  return simple(reasons[op_.count % std::size(reasons)], 3);
}

/// One that the exception bitmap names; page faults come with accesses.
information composition::exception() {
  const unsigned vector = op_.count & 31;
  const bool page_fault = vector == x86::vector_of(x86::exception::page_fault);
  if ((cpu_.read_register(exception_bitmap) >> vector & 1) == 0 || page_fault) return {};
  constexpr std::uint32_t with_code = 1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 17 | 1u << 21;
  const bool has_code = (with_code >> vector & 1) != 0;
  const auto type =
      vector == 3 || vector == 4 ? x86::event_type::software_exception : x86::event_type::hardware_exception;
  machine::exit_information why;
  why.reason = static_cast<std::uint64_t>(reason::exception_or_nmi);
  why.event = x86::event_field::valid | static_cast<std::uint64_t>(type) << x86::event_field::type_at | vector |
              (has_code ? x86::event_field::has_error_code : 0);
  if (has_code) why.error_code = vector == 8 || vector == 17 ? 0 : op_.value & 0xffff;
  constexpr std::uint64_t debug_qualification = 0x600f;  // table 28-1
  if (vector == x86::vector_of(x86::exception::debug)) why.qualification = op_.value & debug_qualification;
  why.instruction_length = vector == 3 || vector == 4 ? 1 : 0;
  return why;
}

/// If it was asked for, as soon as the guest can take an interrupt (26.2).
information composition::window() {
  const bool blocked = has(cpu_.read_register(guest_interruptibility), x86::interruptibility::shadow);
  if (!controlled(x86::processor_control::interrupt_window_exiting) || blocked ||
      !has(flags(), x86::rflags::interrupt)) {
    return {};
  }
  return simple(reason::interrupt_window, 0);
}

information composition::compose() {
  namespace control = x86::processor_control;
  namespace second = x86::secondary_control;
  const std::uint64_t msw_source_at = 16;
  constexpr std::uint64_t nmi = 0x8000'0202;
  switch (static_cast<instruction>(op_.index)) {
    case instruction::mov_to_cr:
      return privileged() ? mov_cr(true) : information{};
    case instruction::mov_from_cr:
      return privileged() ? mov_cr(false) : information{};
    case instruction::clts: {
      const std::uint64_t hosts = cpu_.read_register(cr0_mask), shadow = cpu_.read_register(cr0_shadow);
      if (!privileged()) return {};
      if (!has(hosts, x86::cr0::ts)) {
        cpu_.inform(guest_cr0, cpu_.read_register(guest_cr0) & ~x86::cr0::ts);
        return {};
      }
      if (!has(shadow, x86::cr0::ts)) return {};
      return simple(reason::control_register, 2, 2u << 4);
    }
    case instruction::lmsw:
      // Where the four bits are the host's: they exit if they change (26.1.3).
      if (!privileged() || (cpu_.read_register(cr0_mask) & 0xf) != 0xf) return {};
      if (((cpu_.read_register(cr0_shadow) ^ op_.value) & 0xe) == 0 &&
          (!has(op_.value, x86::cr0::pe) || has(cpu_.read_register(cr0_shadow), x86::cr0::pe))) {
        return {};
      }
      return simple(reason::control_register, 3, 3u << 4 | (op_.value & 0xffff) << msw_source_at);
    case instruction::mov_to_dr:
      return mov_dr(true);
    case instruction::mov_from_dr:
      return mov_dr(false);
    case instruction::cpuid:
      load(rax, op_.count), load(rcx, op_.value);
      return simple(reason::cpuid, 2);
    case instruction::rdmsr:
      return msr(false);
    case instruction::wrmsr:
      return msr(true);
    case instruction::in:
      return port(true, false);
    case instruction::out:
      return port(false, false);
    case instruction::ins:
      return port(true, true);
    case instruction::outs:
      return port(false, true);
    case instruction::hlt:
      return privileged() ? simple(reason::hlt, 1) : information{};
    case instruction::vmcall:
      load(rax, op_.value);
      return simple(reason::vmcall, 3);
    case instruction::vmx:
      return vmx();
    case instruction::rdtsc:
      return controlled(control::rdtsc_exiting) ? simple(reason::rdtsc, 2) : information{};
    case instruction::rdtscp: {
      const bool exits = secondary(second::enable_rdtscp) && controlled(control::rdtsc_exiting);
      return exits ? simple(reason::rdtscp, 3) : information{};
    }
    case instruction::rdpmc:
      return privileged() ? simple(reason::rdpmc, 2) : information{};
    case instruction::monitor:
      return privileged() ? simple(reason::monitor, 3) : information{};
    case instruction::mwait:
      return privileged() ? simple(reason::mwait, 3) : information{};
    case instruction::pause:
      return controlled(control::pause_exiting) ? simple(reason::pause, 2) : information{};
    case instruction::wbinvd:
      return privileged() && secondary(second::wbinvd_exiting) ? simple(reason::wbinvd, 2) : information{};
    case instruction::invd:
      return privileged() ? simple(reason::invd, 2) : information{};
    case instruction::xsetbv:
      return privileged() ? simple(reason::xsetbv, 3) : information{};
    case instruction::exception:
      return exception();
    case instruction::window:
      return window();
    case instruction::interrupt:
      return simple(reason::external_interrupt, 0);
    case instruction::nmi: {
      information why = simple(reason::exception_or_nmi, 0);
      why->event = nmi;
      return why;
    }
    case instruction::triple_fault:
      return simple(reason::triple_fault, 0);
    case instruction::task_switch:
      return simple(reason::task_switch, 2, op_.value & 0xc000'ffff);
  }
  return {};
}

}  // namespace

std::optional<machine::exit_information> compose_exit(const op& o, machine::processor& cpu, vcpu::general_registers& g,
                                                      bool code64, unsigned scratch) {
  return composition(o, cpu, g, code64, scratch).compose();
}

}  // namespace umbra::fuzz
