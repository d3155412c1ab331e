// VM exits of one kind, for a tool that counts instructions.
//
//   exits KIND COUNT    makes COUNT exits of a kind; each is answered inside measured_region(), which callgrind counts
//                       alone (--toggle-collect): from the exit to where the next VM entry is prepared, a VMM's
//                       immediate answer included
//   exits               lists the kinds
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/vmx/cpu.hpp"
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/page_fault.hpp"
#include "models/machine/machine.hpp"
#include "tools/bench/measured.hpp"

namespace {

using namespace umbra;
using namespace vcpu::general;
using enum x86::exit_reason;
using vcpu::segment_name;
namespace rights = x86::segment_rights;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "exits: could not perform %s\n", what);
  std::exit(1);
}

constexpr unsigned frames = 64, root_frame = 1, other_root_frame = 5, table_frame = 4, most = 32;
constexpr std::uint64_t rip = 0x100, device_page = 0x3f, first_fresh_page = 16;
constexpr std::uint64_t all_rights =
    x86::entry::present | x86::entry::write | x86::entry::user | x86::entry::accessed | x86::entry::dirty;

/// A VM with one vCPU in 64-bit code on identity-mapped tables, whose exits are made up.
class vm {
 public:
  vm() : memory_(machine_.host()), mmu_(memory_) {
    memory::slot_request all;
    all.pages = frames;
    vmx::capabilities can;
    vmx::controls chosen;
    if (mmu_.set_slot(0, all) != memory::status::ok || !mmu_.create(64)) fail("a VM");
    if (!can.read(machine_.host()) || chosen.choose(can) != nullptr) fail("the choice of controls");
    cpu_.emplace(mmu_, 0, x86::features{}, chosen, vmx::executor::emulator);
    if (!cpu_->create()) fail("a vCPU");
    cpu_->set_up();
    build_tables();
    if (!cpu_->guest().restore(x86::cr0::pe | x86::cr0::pg | x86::cr0::wp | x86::cr0::et, root_frame << 12,
                               x86::cr4::pae, x86::efer::lme | x86::efer::lma | x86::efer::nxe)) {
      fail("4-level paging");
    }
    vcpu::segments s = vcpu::segments::at_reset();
    s[segment_name::cs].base = 0;
    s[segment_name::cs].rights |= rights::long_mode;
    cpu_->set_segments(s);
    general().rip = rip;
    general().rflags = rflags_ = x86::rflags::fixed | x86::rflags::interrupt;
    if (cpu_->prepare() != vmx::next::run) fail("VM entry");
  }

  /// Real mode instead, with interrupt vectors.
  void enter_real_mode() {
    if (!cpu_->guest().restore(x86::cr0::et, 0, 0, 0)) fail("real mode");
    vcpu::segments s = vcpu::segments::at_reset();
    s[segment_name::cs] = {0, 0, 0xffff, rights::real_code};
    cpu_->set_segments(s);
    general().set(rsp, 0x8000);
    rflags_ |= x86::rflags::vm;
    if (cpu_->prepare() != vmx::next::run) fail("VM entry");
  }

  /// The processor comes to an exit.
  void exits(x86::exit_reason why, std::uint64_t qualification = 0, unsigned length = 2) {
    machine::processor& p = machine_.cpu(0);
    p.inform(x86::vmcs::exit_reason, static_cast<std::uint64_t>(why));
    p.inform(x86::vmcs::exit_qualification, qualification);
    p.inform(x86::vmcs::instruction_length, length);
    p.inform(x86::vmcs::guest_rip, rip);
    p.inform(x86::vmcs::guest_rsp, 0x8000);
    p.inform(x86::vmcs::guest_rflags, rflags_);
  }
  void excepts(x86::exception e, std::uint64_t error_code, std::uint64_t qualification = 0) {
    machine_.cpu(0).inform(x86::vmcs::exit_event, 0x8000'0b00 | x86::vector_of(e));
    machine_.cpu(0).inform(x86::vmcs::exit_error_code, error_code);
    exits(exception_or_nmi, qualification);
  }
  /// From there to the next VM entry.
  void answer() {
    if (cpu_->exited(true) == vmx::next::leave) {
      while (cpu_->waits() && cpu_->complete() == vmx::next::leave) continue;
      if (cpu_->guest().halted()) cpu_->interrupt(word{0x30});
    }
    if (cpu_->prepare() != vmx::next::run) fail("the next VM entry");
  }

  void put(std::initializer_list<std::uint8_t> code) {
    std::uint64_t at = rip;
    for (const std::uint8_t byte : code) machine_.memory().store(machine::ram::address_of_frame(0) + at++, byte, 1);
  }
  /// A read that the MMU serves.
  void touch(std::uint64_t where) {
    if (cpu_->guest().page_fault({where}, {}).next != mmu::verdict::resume) fail("a read");
  }
  vmx::cpu& cpu() { return *cpu_; }
  vcpu::general_registers& general() { return cpu_->guest().general(); }

 private:
  void store(unsigned frame, unsigned index, std::uint64_t value) {
    machine_.memory().store(machine::ram::address_of_frame(frame) + 8 * index, value, 8);
  }
  void build_tables() {
    for (const unsigned root : {root_frame, other_root_frame}) store(root, 0, 0x2000 | all_rights);
    store(2, 0, 0x3000 | all_rights);
    store(3, 0, std::uint64_t{table_frame} << 12 | all_rights);
    for (unsigned n = 0; n < frames; ++n) store(table_frame, n, std::uint64_t{n} << 12 | all_rights);
    store(table_frame, device_page, 0x4000'0000 | all_rights);
    store(0, 0x21 * 4 / 8, std::uint64_t{0x0300'0010} << 32);  // real mode's vector 21H: 300H:10H
  }

  machine::machine machine_;
  memory::space memory_;
  mmu::mmu mmu_;
  std::optional<vmx::cpu> cpu_;
  std::uint64_t rflags_ = 0;
};

struct kind {
  const char* name;
  void (*happens)(vm&, unsigned n);  ///< the `n`th exit, up to where the core is told
};

constexpr std::uint64_t mov_to(unsigned control) { return control | std::uint64_t{rax} << 8; }
constexpr std::uint64_t port(unsigned bytes, bool in) { return (bytes - 1) | (in ? 8u : 0u) | 0x60u << 16; }

constexpr kind kinds[] = {
    {"external-interrupt", [](vm& v, unsigned) { v.exits(external_interrupt); }},
    {"interrupt-window",
     [](vm& v, unsigned) {
       v.cpu().interrupt(word{0x30});
       v.exits(interrupt_window);
     }},
    {"cpuid",
     [](vm& v, unsigned) {
       v.general().set(rax, 0);
       v.exits(cpuid);
     }},
    {"rdmsr",
     [](vm& v, unsigned) {
       v.general().set(rcx, 0xc000'0080);
       v.exits(rdmsr);
     }},
    {"wrmsr",
     [](vm& v, unsigned) {
       v.general().set(rcx, 0xc000'0082);
       v.general().set_edx_eax(0x1234);
       v.exits(wrmsr);
     }},
    {"mov-cr3",
     [](vm& v, unsigned n) {
       v.general().set(rax, std::uint64_t{(n & 1) != 0 ? root_frame : other_root_frame} << 12);
       v.exits(control_register, mov_to(3), 3);
     }},
    {"mov-cr8",
     [](vm& v, unsigned) {
       v.general().set(rax, 5);
       v.exits(control_register, mov_to(8), 4);
     }},
    {"mov-dr", [](vm& v, unsigned) { v.exits(debug_register, std::uint64_t{rax} << 8, 3); }},
    {"invlpg",
     [](vm& v, unsigned) {
       v.touch(0x9000);
       v.exits(invlpg, 0x9000, 3);
     }},
    {"hlt", [](vm& v, unsigned) { v.exits(hlt, 0, 1); }},
    {"vmcall",
     [](vm& v, unsigned) {
       v.general().set(rax, 0x1234);
       v.exits(vmcall, 0, 3);
     }},
    {"out", [](vm& v, unsigned) { v.exits(io, port(1, false)); }},
    {"in", [](vm& v, unsigned) { v.exits(io, port(1, true)); }},
    {"page-fault", [](vm& v, unsigned n) { v.excepts(x86::exception::page_fault, 0, (first_fresh_page + n) << 12); }},
    {"guests-page-fault", [](vm& v, unsigned) { v.excepts(x86::exception::page_fault, 0, 0x40'0000); }},
    {"table-write",
     [](vm& v, unsigned n) {
       v.put({0x48, 0x89, 0x08});  // MOV [RAX], RCX
       v.touch(0x9000);
       v.general().set(rax, (table_frame << 12) + 8 * 9);
       v.general().set(rcx, 0x9000 | (all_rights ^ ((n & 1) != 0 ? 0 : x86::entry::write)));
       v.excepts(x86::exception::page_fault, x86::page_fault::present | x86::page_fault::write,
                 (table_frame << 12) + 8 * 9);
     }},
    {"device-load",
     [](vm& v, unsigned) {
       v.put({0x8b, 0x03});  // MOV EAX, [RBX]
       v.general().set(rbx, device_page << 12);
       v.excepts(x86::exception::page_fault, 0, device_page << 12);
     }},
    {"real-mode-int",
     [](vm& v, unsigned n) {
       if (n == 0) v.enter_real_mode();
       v.put({0xcd, 0x21});  // INT 21H
       v.excepts(x86::exception::protection, 0);
     }},
};

int usage() {
  std::fprintf(stderr, "usage: exits KIND COUNT(1-%u)\nkinds:", most);
  for (const kind& k : kinds) std::fprintf(stderr, " %s", k.name);
  std::fprintf(stderr, "\n");
  return 2;
}

}  // namespace

int main(int words, char** word) {
  if (words != 3) return usage();
  const std::string_view name = word[1], number = word[2];
  unsigned count = 0;
  if (std::from_chars(number.begin(), number.end(), count).ec != std::errc() || count == 0 || count > most)
    return usage();
  for (const kind& k : kinds) {
    if (k.name != name) continue;
    vm v;
    for (unsigned n = 0; n < count; ++n) {
      k.happens(v, n);
      measured_region([&] { v.answer(); });
    }
    std::printf("%s count=%u\n", k.name, count);
    return 0;
  }
  return usage();
}
