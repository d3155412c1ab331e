// What the core does for one vCPU (glue.h).

#include "core/module/core.hpp"
#include "core/module/placement.hpp"
#include "core/platform/lock.hpp"

namespace umbra::vcpu {

/// Where the VM entry's code finds the general registers.
struct register_layout {
  static word* values(general_registers& g) { return g.values_.data(); }
};

}  // namespace umbra::vcpu

namespace {

using namespace umbra;

/// The vCPU, or none, as live checks see it.
void publish(umbra_core& c, unsigned id, umbra_cpu* cpu) {
  platform::guard locked(c.host);
  c.cpus[id] = cpu;
}

/// The same name is the same number on both sides of glue.h.
constexpr bool same(auto inside, auto outside) {
  return static_cast<unsigned>(inside) == static_cast<unsigned>(outside);
}

using kind = vmx::request_kind;
static_assert(same(kind::none, umbra_request_none) && same(kind::unknown, umbra_request_unknown));
static_assert(same(kind::io, umbra_request_io) && same(kind::mmio, umbra_request_mmio));
static_assert(same(kind::rdmsr, umbra_request_rdmsr) && same(kind::wrmsr, umbra_request_wrmsr));
static_assert(same(kind::set_tpr, umbra_request_set_tpr) && same(kind::hlt, umbra_request_hlt));
static_assert(same(kind::irq_window, umbra_request_irq_window) && same(kind::debug, umbra_request_debug));
static_assert(same(kind::shutdown, umbra_request_shutdown) && same(kind::fail_entry, umbra_request_fail_entry));
static_assert(same(kind::internal_error, umbra_request_internal_error));
static_assert(same(kind::hypercall, umbra_request_hypercall) && vmx::request_kinds == umbra_request_hypercall + 1);

using failure = vmx::internal_error;
static_assert(same(failure::none, umbra_error_none) && same(failure::emulation, umbra_error_emulation));
static_assert(same(failure::delivery, umbra_error_delivery) && same(failure::unsound, umbra_error_unsound));

static_assert(same(vmx::next::run, umbra_run) && same(vmx::next::again, umbra_again));
static_assert(same(vmx::next::leave, umbra_leave));

static_assert(same(vmx::host_event::none, umbra_host_event_none) && same(vmx::host_event::nmi, umbra_host_event_nmi));
static_assert(same(vmx::host_event::machine_check, umbra_host_event_machine_check));

static_assert(4 * io::request::limit <= umbra_access_limit);

umbra_segment outside(const vcpu::segment& s) { return {s.base, s.limit, s.selector, s.rights}; }
vcpu::segment inside(const umbra_segment& s) {
  return {.selector = s.selector, .base = s.base, .limit = s.limit, .rights = s.rights};
}

}  // namespace

umbra_cpu* umbra_cpu_create(umbra_core* c, unsigned id, const umbra_features* f) {
  auto* cpu = module::make<umbra_cpu>(*c, id, module::features_of(*f));
  if (cpu == nullptr) return nullptr;
  publish(*c, id, cpu);
  if (cpu->vmx.create()) return cpu;
  umbra_cpu_destroy(cpu);
  return nullptr;
}

void umbra_cpu_destroy(umbra_cpu* cpu) {
  if (cpu == nullptr) return;
  publish(cpu->core, cpu->id, nullptr);
  module::destroy(cpu);
}

void umbra_cpu_set_up(umbra_cpu* cpu) { cpu->vmx.set_up(); }

unsigned long* umbra_cpu_general(umbra_cpu* cpu) { return vcpu::register_layout::values(cpu->vmx.guest().general()); }
unsigned long* umbra_cpu_cr2(umbra_cpu* cpu) { return &cpu->vmx.guest().general().cr2; }

void umbra_cpu_processor_changed(umbra_cpu* cpu, const umbra_processor_state* p) {
  cpu->vmx.processor_changed({.cs = p->cs,
                              .ss = p->ss,
                              .tr = p->tr,
                              .tr_base = p->tr_base,
                              .gdtr_base = p->gdtr_base,
                              .idtr_base = p->idtr_base,
                              .gs_base = p->gs_base,
                              .sysenter_cs = p->sysenter_cs,
                              .sysenter_esp = p->sysenter_esp,
                              .sysenter_eip = p->sysenter_eip,
                              .efer = p->efer,
                              .exit_entry_point = p->exit_entry_point});
}

void umbra_cpu_thread_changed(umbra_cpu* cpu, const umbra_thread_state* t) {
  cpu->vmx.thread_changed(
      {.cr0 = t->cr0, .cr3 = t->cr3, .cr4 = t->cr4, .fs_base = t->fs_base, .kernel_gs_base = t->kernel_gs_base});
}

int umbra_cpu_has_run(umbra_cpu* cpu) { return cpu->vmx.has_run(); }

umbra_host_event umbra_cpu_host_event(umbra_cpu* cpu) { return static_cast<umbra_host_event>(cpu->vmx.host_event()); }

umbra_next umbra_cpu_prepare(umbra_cpu* cpu) { return static_cast<umbra_next>(cpu->vmx.prepare()); }

umbra_next umbra_cpu_exited(umbra_cpu* cpu, int entered) {
  return static_cast<umbra_next>(cpu->vmx.exited(entered != 0));
}

void umbra_cpu_request(umbra_cpu* cpu, umbra_request* out) {
  const vmx::request& r = cpu->vmx.request();
  *out = {.kind = static_cast<umbra_request_kind>(r.kind),
          .reason = r.reason,
          .error = static_cast<umbra_internal_error>(r.error),
          .debug = {static_cast<unsigned>(r.debug.vector), r.debug.pc, r.debug.dr6, r.debug.dr7},
          .hypercall = {.number = r.hypercall.number,
                        .arguments = {r.hypercall.arguments[0], r.hypercall.arguments[1], r.hypercall.arguments[2],
                                      r.hypercall.arguments[3]},
                        .long_mode = r.hypercall.long_mode},
          .msr = {static_cast<unsigned>(r.msr.number), r.msr.value}};
}

void umbra_cpu_access(umbra_cpu* cpu, umbra_access* out) {
  const io::request& r = cpu->vmx.io();
  *out = {.write = r.write, .address = r.address, .bytes = r.bytes, .count = r.count};
}

void umbra_cpu_get_items(umbra_cpu* cpu, unsigned char* to) {
  const io::request& r = cpu->vmx.io();
  for (unsigned n = 0; n < r.count; ++n) {
    for (unsigned i = 0; i < r.bytes; ++i) *to++ = static_cast<unsigned char>(r.data[n] >> (8 * i));
  }
}

void umbra_cpu_set_items(umbra_cpu* cpu, const volatile unsigned char* from) {
  io::request& r = cpu->vmx.io();
  for (unsigned n = 0; n < r.count; ++n) {
    r.data[n] = 0;
    for (unsigned i = 0; i < r.bytes; ++i) r.data[n] |= word{*from++} << (8 * i);
  }
}

int umbra_cpu_waits(umbra_cpu* cpu) { return cpu->vmx.waits(); }
umbra_next umbra_cpu_complete(umbra_cpu* cpu) { return static_cast<umbra_next>(cpu->vmx.complete()); }
void umbra_cpu_answer_hypercall(umbra_cpu* cpu, unsigned long result) { cpu->vmx.answer_hypercall(result); }

unsigned long umbra_cpu_task_priority(umbra_cpu* cpu) { return cpu->vmx.guest().state().cr8; }

int umbra_cpu_set_task_priority(umbra_cpu* cpu, unsigned long priority) {
  if (!vcpu::valid_priority(priority)) return 0;
  cpu->vmx.guest().state().cr8 = priority;
  return 1;
}

unsigned long umbra_cpu_apic_base(umbra_cpu* cpu) { return cpu->vmx.guest().msrs().value(x86::msr::apic_base); }

void umbra_cpu_get_registers(umbra_cpu* cpu, umbra_registers* out) {
  const vcpu::general_registers& g = cpu->vmx.guest().general();
  for (unsigned n = 0; n < vcpu::general::count; ++n) out->general[n] = g.get(n);
  out->rip = g.rip;
  out->rflags = g.rflags;
}

void umbra_cpu_set_registers(umbra_cpu* cpu, const umbra_registers* in) {
  vcpu::general_registers& g = cpu->vmx.guest().general();
  for (unsigned n = 0; n < vcpu::general::count; ++n) g.set(n, in->general[n]);
  g.rip = in->rip;
  // An exception that was due belongs to the instruction that the guest was at.
  cpu->vmx.guest().events().clear();
  g.rflags = in->rflags | x86::rflags::fixed;
}

void umbra_cpu_get_system_registers(umbra_cpu* cpu, umbra_system_registers* out) {
  using enum vcpu::segment_name;
  const vcpu::segments s = cpu->vmx.segments();
  const vcpu::control_registers& c = cpu->vmx.guest().registers();
  *out = {.es = outside(s[es]),
          .cs = outside(s[cs]),
          .ss = outside(s[ss]),
          .ds = outside(s[ds]),
          .fs = outside(s[fs]),
          .gs = outside(s[gs]),
          .ldtr = outside(s[ldtr]),
          .tr = outside(s[tr]),
          .gdtr_base = s.gdtr.base,
          .gdtr_limit = s.gdtr.limit,
          .idtr_base = s.idtr.base,
          .idtr_limit = s.idtr.limit,
          .cr0 = c.cr0(),
          .cr2 = cpu->vmx.guest().general().cr2,
          .cr3 = c.cr3(),
          .cr4 = c.cr4(),
          .cr8 = cpu->vmx.guest().state().cr8,
          .efer = c.efer(),
          .apic_base = cpu->vmx.guest().msrs().value(x86::msr::apic_base)};
}

int umbra_cpu_set_system_registers(umbra_cpu* cpu, const umbra_system_registers* in) {
  using enum vcpu::segment_name;
  if (!vcpu::valid_priority(in->cr8)) return 0;
  if (!takes(vcpu::msr_rule::apic_base, in->apic_base, cpu->vmx.guest().registers().features())) return 0;
  if (!cpu->vmx.guest().restore(in->cr0, in->cr3, in->cr4, in->efer)) return 0;
  cpu->vmx.guest().state().cr8 = in->cr8;
  umbra_cpu_write_msr(cpu, static_cast<unsigned>(x86::msr::apic_base), in->apic_base);
  cpu->vmx.guest().general().cr2 = in->cr2;
  vcpu::segments s;
  s[es] = inside(in->es);
  s[cs] = inside(in->cs);
  s[ss] = inside(in->ss);
  s[ds] = inside(in->ds);
  s[fs] = inside(in->fs);
  s[gs] = inside(in->gs);
  s[ldtr] = inside(in->ldtr);
  s[tr] = inside(in->tr);
  s.gdtr = {.base = in->gdtr_base, .limit = in->gdtr_limit};
  s.idtr = {.base = in->idtr_base, .limit = in->idtr_limit};
  cpu->vmx.set_segments(s);
  return 1;
}
