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
  if (w == written::mode) mmu_.set_mode(context_, registers_.mode());
  return w != written::refused;
}

bool vcpu::write_cr0(word value) { return apply(registers_.set_cr0(value)); }
bool vcpu::write_cr3(word value) { return apply(registers_.set_cr3(value)); }
bool vcpu::write_cr4(word value) { return apply(registers_.set_cr4(value)); }
bool vcpu::write_efer(word value) { return apply(registers_.set_efer(value)); }
void vcpu::invlpg(gva where) { mmu_.invalidate(context_, where); }

mmu::verdict vcpu::enter() {
  using namespace x86;
  word root{};
  const mmu::verdict v = mmu_.load(context_, root);
  if (v != mmu::verdict::resume) return v;

  // Shadow tables always need PAE entries, XD and write protection that binds supervisors too. SMEP and SMAP look at the
  // U bits of leaves, which mean what the guest's do only while the guest has paging on.
  const mmu::mode& m = context_.mode;
  const bool wide = m.format == mmu::paging::level4;
  const bool paged = m.format != mmu::paging::none;
  platform::host& host = mmu_.memory().host();
  const auto set = [&](vmcs field, word value) { platform::write_vmcs(host, context_.vcpu, field, value); };
  set(vmcs::guest_cr0, word{cr0::pe | cr0::et | cr0::ne | cr0::wp | cr0::pg});
  set(vmcs::guest_cr3, root);
  set(vmcs::guest_cr4, word{cr4::pae} | (paged ? when(m.smep, cr4::smep) | when(m.smap, cr4::smap) : word{0}));
  set(vmcs::guest_efer, word{efer::nxe | (wide ? efer::lme | efer::lma : 0)});
  set(vmcs::vpid, word{static_cast<std::uint64_t>(context_.vcpu) + 1});
  return mmu::verdict::resume;
}

}  // namespace umbra::vcpu
