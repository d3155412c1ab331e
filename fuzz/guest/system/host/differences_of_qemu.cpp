#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/page_fault.hpp"
#include "fuzz/guest/system/host/differences.hpp"
#include "fuzz/guest/system/host/reach.hpp"

namespace umbra::system_guest {

namespace {

constexpr difference all[] = {
    {"limits and rights of segments are not looked at",
     "SDM 3A 5.3, 5.5: #GP or #SS for an access beyond the limit, or against the type; QEMU 7.2 knows base addresses "
     "only",
     [](const mismatch& m) {
       return m.tried.code_bits != 64 && uses_odd_segment(m) && m.expected.what.error == 0 &&
              (expects(m, exception::protection) || expects(m, exception::stack)) &&
              (!same_event(m) || m.which == aspect::error_code) &&
              !(both_fault(m) && m.observed.error == 0 &&
                (sees(m, exception::protection) || sees(m, exception::stack)));
     }},
    {"#AC is never raised",
     "SDM 3A 6.15, \"Interrupt 17\": with CR0.AM and EFLAGS.AC unaligned accesses at CPL 3 fault; QEMU 7.2 ignores "
     "both",
     [](const mismatch& m) { return checks_alignment(m) && expects(m, exception::alignment); }},
    {"W left out of the error code of what reads before it writes",
     "SDM 3A 4.7: the access that faults is the write; QEMU 7.2 tries a read first",
     [](const mismatch& m) {
       return (m.which == aspect::error_code || (m.which == aspect::slot && m.slot == SLOT_CR2)) &&
              m.tried.what == family::access && expects(m, exception::page_fault) && sees(m, exception::page_fault) &&
              (m.expected.what.error & x86::page_fault::write) && !(m.observed.error & x86::page_fault::write);
     }},
    {"no single-step trap after STI and LSS",
     "SDM 3A 6.8.3, 2B \"STI\": MOV and POP to SS suppress debug exceptions, STI delays interrupts only, LSS nothing",
     [](const mismatch& m) {
       const unsigned opcode = bare(m.tried).opcode;
       return (opcode == 0xfb || opcode == 0x0fb2) && (m.tried.before[SLOT_RFLAGS] & x86::rflags::tf) &&
              expects(m, exception::debug) && m.expected.steps == 1;
     }},
    {"INT1 is undefined", "SDM 2A \"INT n/INTO/INT3/INT1\": F1 raises #DB; QEMU 7.2 does not have it",
     [](const mismatch& m) { return bare(m.tried).opcode == 0xf1 && sees(m, exception::undefined); }},
    {"LOCK where it must not be",
     "SDM 2A \"LOCK\": #UD, which comes before other faults; QEMU 7.2 looks at some instructions, and late",
     [](const mismatch& m) {
       return bare(m.tried).lock && expects(m, exception::undefined) && !sees(m, exception::undefined);
     }},
    {"privilege before what does not exist",
     "SDM 3A 6.9, table 6-2: #UD for registers that do not exist comes before #GP; in QEMU 7.2 it comes after",
     [](const mismatch& m) {
       const unsigned opcode = bare(m.tried).opcode;
       return opcode >= 0x0f20 && opcode <= 0x0f23 && m.tried.cpl != 0 && expects(m, exception::undefined) &&
              sees(m, exception::protection);
     }},
    {"control registers take reserved bits, and what goes not together",
     "SDM 3A 2.5, 2B \"MOV-Move to/from Control Registers\": #GP(0); QEMU 7.2 checks nothing",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0x0f22 && m.tried.cpl == 0 && expects(m, exception::protection) &&
              !sees(m, exception::protection);
     }},
    {"DR6 and DR7 keep reserved bits", "SDM 3A 18.2.3, 18.2.4: bit 12 of DR6, and bits 11, 12, 14 and 15 of DR7 are 0",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0x0f23 && m.which == aspect::slot && (m.slot == SLOT_DR6 || m.slot == SLOT_DR7);
     }},
    {"far branches do not mark code segments as accessed",
     "SDM 3A 3.4.5.1: the processor sets A whenever it loads a segment register; QEMU 7.2 does not for CS",
     [](const mismatch& m) {
       return m.which == aspect::memory && is_far_branch(m) && in_descriptors(m.address) && same_event(m);
     }},
    {"LLDT and LTR ignore the type in the second half of a descriptor",
     "SDM 3A 7.2.3, figure 7-4: the type there must be 0, else #GP(selector)",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.opcode == 0x0f00 && (c.reg == 2 || c.reg == 3) && has_odd_second_half(m);
     }},
    {"LTR takes a task of 16 bits in IA-32e mode", "SDM 3A 3.5, table 3-2: its types are reserved there; #GP(selector)",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       constexpr unsigned available_task16 = 1;
       const auto type = static_cast<unsigned>(m.tried.own_descriptor(m.expected.what.error) >> 40 & 0x1f);
       return c.opcode == 0x0f00 && c.reg == 3 && m.tried.long_mode() && expects(m, exception::protection) &&
              type == available_task16 && (!both_fault(m) || sees(m, exception::not_present));
     }},
    {"a far target outside its segment is reported with a selector",
     "SDM 2A \"JMP\", \"CALL\": #GP(0) if the offset is outside the limit",
     [](const mismatch& m) {
       return m.which == aspect::error_code && is_far_branch(m) && same_event(m) && expects(m, exception::protection) &&
              m.expected.what.error == 0;
     }},
    {"far branches to an offset outside of the segment",
     "SDM 2A \"JMP\", \"CALL\", \"RET\": #GP(0); QEMU 7.2 checks some forms only",
     [](const mismatch& m) {
       return is_far_branch(m) && expects(m, exception::protection) && m.expected.what.error == 0 &&
              m.observed.after[SLOT_CS] != m.tried.before[SLOT_CS];
     }},
    {"code segments of 32 and 64 bits",
     "SDM 3A 5.2.1: in IA-32e mode L and D must not both be set; QEMU 7.2 does not mind",
     [](const mismatch& m) {
       constexpr std::uint64_t both_sizes = std::uint64_t{descriptor_flags::big | descriptor_flags::wide} << 52;
       const bool pushes = is_far_call(m) && sees(m, exception::page_fault) &&
                           in_pushed(m.tried, place_of(m.observed.after[SLOT_CR2]), 16);
       return is_far_branch(m) && m.tried.long_mode() && expects(m, exception::protection) &&
              (m.tried.own_descriptor(m.expected.what.error) & both_sizes) == both_sizes &&
              (m.observed.after[SLOT_CS] != m.tried.before[SLOT_CS] || sees(m, exception::not_present) || pushes);
     }},
    {"memory written before the fault",
     "SDM 3A 6.5: a fault leaves the state as it was before the instruction; QEMU 7.2 does not take back what it wrote",
     [](const mismatch& m) { return is_written_by_machine(m) && same_event(m) && !is_near_call(m); }},
    {"the parts of an operand in another order",
     "SDM 3A 6.9: exceptions of one class have no fixed order; QEMU 7.2 starts CMPS with the other operand, and PUSHA "
     "and "
     "POPA at the other end",
     [](const mismatch& m) {
       const unsigned opcode = bare(m.tried).opcode;
       return (opcode == 0xa6 || opcode == 0xa7 || opcode == 0x60 || opcode == 0x61 || is_far_branch(m)) &&
              other_access_fault(m) && is_about_event(m);
     }},
    {"far CALL looks at the limit of 64-bit code", "SDM 3A 5.3.1: in 64-bit mode there are no limits for code and data",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.long_mode() && m.expected.steps != 0 && sees(m, exception::protection) &&
              m.observed.error != 0;
     }},
    {"far CALL and RET use the stack as CPL 0 would",
     "SDM 3A 4.6.1: accesses are user-mode accesses at CPL 3 unless they are implicit, and these are not",
     [](const mismatch& m) {
       return (is_far_call(m) || is_far_return(m)) && m.tried.cpl == 3 && m.tried.paging != paging_kind::off &&
              (expects(m, exception::page_fault) || sees(m, exception::page_fault));
     }},
    {"#GP for a stack that is not canonical", "SDM 1 3.3.7.1: #SS; QEMU 7.2 raises #GP",
     [](const mismatch& m) {
       return m.tried.code_bits == 64 && expects(m, exception::stack) && sees(m, exception::protection);
     }},
    {"near branches to where no address is canonical",
     "SDM 2A \"CALL\", \"JMP\", \"RET\": #GP(0) of the branch; QEMU 7.2 faults when it fetches there",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       const bool branches = (c.opcode == 0xff && (c.reg == 2 || c.reg == 4)) || (c.opcode & ~1u) == 0xc2;
       return branches && m.tried.code_bits == 64 && expects(m, exception::protection) &&
              m.observed.after[SLOT_RIP] != m.tried.before[SLOT_RIP];
     }},
    {"an operand across the end of canonical addresses",
     "SDM 1 3.3.7.1, 3A 6.9: #GP or #SS is due, and the order within a class free; QEMU 7.2 first tries the canonical "
     "part",
     [](const mismatch& m) {
       return m.tried.code_bits == 64 && (expects(m, exception::protection) || expects(m, exception::stack)) &&
              sees(m, exception::page_fault) && m.observed.after[SLOT_CR2] >> 12 == layout::last_page >> 12;
     }},
    {"SS takes a null selector of any RPL",
     "SDM 2B \"MOV\": in 64-bit mode below CPL 3, and with an RPL that is the CPL, else #GP(0)",
     [](const mismatch& m) {
       return m.tried.code_bits == 64 && m.tried.what == family::segment && m.tried.cpl < 3 &&
              expects(m, exception::protection) && m.expected.what.error == 0 && m.observed.after[SLOT_SS] < 4;
     }},
    {"POPA loads registers before it faults", "SDM 3A 6.5: a fault leaves the state as it was before the instruction",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0x61 && m.which == aspect::slot && m.slot <= SLOT_RDI && same_event(m) &&
              both_fault(m);
     }},
    {"no far pointers of 80 bits",
     "SDM 2A \"LDS/LES/LFS/LGS/LSS\": REX.W gives them an offset of 64 bits; in QEMU 7.2, as on AMD's processors, it "
     "does not",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.wide && (c.opcode == 0x0fb2 || c.opcode == 0x0fb4 || c.opcode == 0x0fb5);
     }},
    {"ENTER does not try its last stack pointer", "SDM 2A \"ENTER\": #PF or #SS if a write there would fault",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0xc8 && expects_access_fault(m) && m.observed.vector == 3;
     }},
    {"bases of ES, CS, SS and DS in 64-bit mode",
     "SDM 3A 3.4.4: they are treated as 0; QEMU 7.2 adds them where a prefix names the segment",
     [](const mismatch& m) {
       const bool follows = is_about_event(m) || m.which == aspect::memory || m.slot == SLOT_RIP || m.slot == SLOT_RDX;
       return m.tried.code_bits == 64 && m.tried.what == family::segment && m.expected.steps != 0 && follows &&
              goes_on_through_flat_segment(m.tried);
     }},
    {"REP INS and OUTS with a count of 0 look at the right to a port",
     "SDM 2B \"REP\": with a count of 0 the instruction is not executed, so that nothing of it can fault",
     repeats_port_without_items},
};

}  // namespace

std::span<const difference> differences_of_qemu() { return all; }

}  // namespace umbra::system_guest
