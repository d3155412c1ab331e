#include "core/vmx/controls.hpp"

#include "core/x86/control.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {

namespace {

using namespace x86;

struct need {
  std::uint32_t bit;
  const char* name;
};

constexpr need pin_needs[] = {{pin_control::external_interrupt_exiting, "external-interrupt exiting"},
                              {pin_control::nmi_exiting, "NMI exiting"}};

// Whatever a guest may do only with umbra's help, or could harm the host by. Without EPT every change of CR3 is among
// it.
constexpr need processor_needs[] = {
    {processor_control::interrupt_window_exiting, "interrupt-window exiting"},
    {processor_control::tsc_offsetting, "TSC offsetting"},
    {processor_control::hlt_exiting, "HLT exiting"},
    {processor_control::invlpg_exiting, "INVLPG exiting"},
    {processor_control::mwait_exiting, "MWAIT exiting"},
    {processor_control::monitor_exiting, "MONITOR exiting"},
    {processor_control::rdpmc_exiting, "RDPMC exiting"},
    {processor_control::cr3_load_exiting, "CR3-load exiting"},
    {processor_control::cr3_store_exiting, "CR3-store exiting"},
    {processor_control::cr8_load_exiting, "CR8-load exiting"},
    {processor_control::cr8_store_exiting, "CR8-store exiting"},
    {processor_control::mov_dr_exiting, "MOV-DR exiting"},
    {processor_control::unconditional_io_exiting, "unconditional I/O exiting"},
};

// NXE must be the guest's in the guest and the host's in the host, from one instruction to the next.
constexpr need exit_needs[] = {{exit_control::host_64_bit, "a 64-bit host"},
                               {exit_control::load_efer, "loading EFER at exit"}};
constexpr need entry_needs[] = {{entry_control::load_debug, "loading debug controls at entry"},
                                {entry_control::load_efer, "loading EFER at entry"},
                                {entry_control::guest_64_bit, "64-bit guests"}};

/// Adds what is needed; the name of what the processor does not allow, or null.
template <unsigned n>
const char* take(std::uint32_t& chosen, const allowed& by_processor, const need (&needs)[n]) {
  chosen = static_cast<std::uint32_t>(by_processor.must);
  for (const need& each : needs) {
    if ((by_processor.may & each.bit) == 0) return each.name;
    chosen |= each.bit;
  }
  return nullptr;
}

}  // namespace

bool controls::has_secondary() const { return (processor & processor_control::secondary) != 0; }
bool controls::has_vpid() const { return (secondary & secondary_control::enable_vpid) != 0; }
bool controls::has_virtual_nmis() const { return (pin & pin_control::virtual_nmis) != 0; }

const char* controls::choose(const capabilities& can) {
  *this = {};
  if (const char* lacking = take(pin, can.pin, pin_needs)) return lacking;
  if (const char* lacking = take(processor, can.processor, processor_needs)) return lacking;
  if (const char* lacking = take(exit, can.exit, exit_needs)) return lacking;
  if (const char* lacking = take(entry, can.entry, entry_needs)) return lacking;
  entry &= ~entry_control::guest_64_bit;
  processor &= ~processor_control::interrupt_window_exiting;
  // Each is of use only with the other.
  if ((can.pin.may & pin_control::virtual_nmis) != 0 && (can.processor.may & processor_control::nmi_window_exiting) != 0)
    pin |= pin_control::virtual_nmis;
  // Bitmaps would let through what they do not name.
  constexpr std::uint32_t bitmaps = processor_control::use_io_bitmaps | processor_control::use_msr_bitmaps;
  if ((processor & bitmaps) != 0) return "exits on every I/O instruction and MSR access";

  can_step = (can.processor.may & processor_control::monitor_trap_flag) != 0;

  constexpr std::uint64_t cr0_needed = cr0::pe | cr0::pg | cr0::ne | cr0::wp,
                          cr4_needed = cr4::pae | cr4::vmxe | cr4::mce;
  if ((can.cr0.may & cr0_needed) != cr0_needed || (can.cr0.must & ~cr0_needed) != 0) return "CR0 as umbra sets it";
  if ((can.cr4.may & cr4_needed) != cr4_needed || (can.cr4.must & ~cr4_needed) != 0) return "CR4 as umbra sets it";

  if ((can.processor.may & processor_control::secondary) == 0) return nullptr;
  const std::uint32_t wanted =
      secondary_control::wbinvd_exiting | (can.flushes_by_vpid ? secondary_control::enable_vpid : 0u);
  secondary = static_cast<std::uint32_t>(can.secondary.must | (can.secondary.may & wanted));
  if (secondary != 0) processor |= processor_control::secondary;
  return nullptr;
}

}  // namespace umbra::vmx
