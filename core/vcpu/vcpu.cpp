#include "core/vcpu/vcpu.hpp"

#include "core/x86/control.hpp"

namespace umbra::vcpu {

vcpu::~vcpu() {
  if (attached_) mmu_.detach(context_);
}

bool vcpu::create() {
  attached_ = mmu_.attach(context_);
  if (attached_) mmu_.set_mode(context_, registers_.mode());
  return attached_;
}

bool vcpu::apply(written w) {
  if (w.mode) mmu_.set_mode(context_, registers_.mode());
  return !w.refused;
}

bool vcpu::write_cr0(word value, const mode_segments& in) { return apply(registers_.set_cr0(value, in)); }
bool vcpu::write_cr3(word value) { return apply(registers_.set_cr3(value)); }
bool vcpu::write_cr4(word value) { return apply(registers_.set_cr4(value)); }
bool vcpu::write_efer(word value) { return apply(registers_.set_efer(value)); }
bool vcpu::restore(word cr0, word cr3, word cr4, word efer) {
  if (!registers_.restore(cr0, cr3, cr4, efer)) return false;
  mmu_.set_mode(context_, registers_.mode());
  return true;
}

void vcpu::own(const ownership& o) {
  platform::host& host = mmu_.memory().host();
  owned_ = o;
  platform::write_vmcs(host, context_.vcpu, x86::vmcs::cr0_mask, word{~o.cr0});
  platform::write_vmcs(host, context_.vcpu, x86::vmcs::cr4_mask, word{~o.cr4});
}

/// The bits of CR0 and CR4 that hardware runs with as the guest has them.
ownership vcpu::in_force() const {
  if (has(registers_.cr0(), x86::cr0::pe)) return most_owned;
  return most_owned_in_real_mode;
}

void vcpu::take_over(word cr0, word cr4) {
  const ownership bits = in_force();
  registers_.take_over(cr0, owned_.cr0 & bits.cr0, cr4, owned_.cr4 & bits.cr4);
}

void vcpu::invlpg(gva where) { mmu_.invalidate(context_, where); }

bool vcpu::set_cpuid(std::span<const cpuid_row> rows) {
  if (begun_) return cpuid_.says(rows);
  x86::features f;
  if (rows.size() > cpuid_table::limit || !promised(rows, f)) return false;
  const flag too_much = either(either(both(f.smep, negate(offered_.smep)), both(f.smap, negate(offered_.smap))),
                               either(both(f.nx, negate(offered_.nx)), both(f.long_mode, negate(offered_.long_mode))));
  if (too_much || !registers_.adopt(f)) return false;
  cpuid_.set(rows);
  mmu_.set_mode(context_, registers_.mode());
  return true;
}

cpuid_result vcpu::cpuid(word leaf, word subleaf, flag long_code) const {
  const flag apic_enabled = has(msrs_.value(x86::msr::apic_base), x86::apic_base::enable);
  return cpuid_.find(leaf, subleaf, {.apic_enabled = apic_enabled, .long_code = long_code});
}

mmu::verdict vcpu::enter() {
  using namespace x86;
  word root{};
  const mmu::verdict v = mmu_.load(context_, root);
  if (v != mmu::verdict::resume) return v;

  // Shadow tables always need PAE entries, XD and write protection that binds supervisors too. SMEP and SMAP look at
  // the U bits of leaves, which mean what the guest's do only while the guest has paging on. What else the guest sets
  // is in force as it is, caching apart, which memory types of leaves decide. Machine checks are the host's.
  const mmu::mode& m = context_.mode;
  const bool wide = m.format == mmu::paging::level4;
  const bool paged = m.format != mmu::paging::none;
  platform::host& host = mmu_.memory().host();
  const auto set = [&](vmcs field, word value) { platform::write_vmcs(host, context_.vcpu, field, value); };
  const ownership as_is = in_force();
  set(vmcs::guest_cr0, word{cr0::pe | cr0::et | cr0::ne | cr0::wp | cr0::pg} |
                           (registers_.cr0() & word{as_is.cr0 & ~fpu_bits}) | fpu_.cr0_bits(registers_.cr0()));
  set(vmcs::guest_cr3, root);
  set(vmcs::guest_cr4, word{cr4::pae | cr4::vmxe | cr4::mce} | (registers_.cr4() & word{as_is.cr4}) |
                           (paged ? when(m.smep, cr4::smep) | when(m.smap, cr4::smap) : word{0}));
  set(vmcs::guest_efer, word{efer::nxe | (wide ? efer::lme | efer::lma : 0)} | (registers_.efer() & word{efer::sce}));
  set(vmcs::cr0_shadow, registers_.cr0());
  set(vmcs::cr4_shadow, registers_.cr4());
  if (const unsigned tag = platform::vpid(host, context_.vcpu)) set(vmcs::vpid, word{tag});
  return mmu::verdict::resume;
}

}  // namespace umbra::vcpu
