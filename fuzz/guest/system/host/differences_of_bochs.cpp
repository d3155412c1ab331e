#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/page_fault.hpp"
#include "fuzz/guest/system/host/differences.hpp"
#include "fuzz/guest/system/host/reach.hpp"

namespace umbra::system_guest {

namespace {

constexpr difference all[] = {
    {"the parts of an operand in another order",
     "SDM 3A 6.9: exceptions of one class have no fixed order; Bochs reads selectors and bases before what lies below "
     "them",
     [](const mismatch& m) { return has_operand_of_two(m) && other_access_fault(m) && is_about_event(m); }},
    {"#AC before the other faults of an access",
     "SDM 3A 6.9, table 6-2: #AC, #PF, #GP and #SS are of one class, whose order is the implementation's",
     [](const mismatch& m) {
       return checks_alignment(m) && same_place(m) && expects_access_fault(m) && sees(m, exception::alignment) &&
              !same_event(m) && is_about_event(m);
     }},
    {"alignment of each part of a pseudo-descriptor",
     "SDM 3A table 6-7: contents of GDTR and IDTR are to be aligned to 4 bytes; Bochs looks at limit and base",
     [](const mismatch& m) {
       return has_pseudo_descriptor(m) && checks_alignment(m) &&
              (sees(m, exception::alignment) ? !same_event(m) : expects(m, exception::alignment) && goes_further(m));
     }},
    {"memory written before the fault",
     "SDM 3A 6.5: a fault leaves the state as it was before the instruction; Bochs does not take back what it wrote",
     [](const mismatch& m) { return is_written_by_machine(m) && same_event(m); }},
    {"CALL pushes before it looks at its target",
     "SDM 2A \"CALL\": #GP of the target comes before the pushes; in Bochs it comes after",
     [](const mismatch& m) {
       return (is_far_call(m) || is_near_call(m)) && both_fault(m) && expects(m, exception::protection) &&
              (sees(m, exception::page_fault) || (sees(m, exception::stack) && can_raise_stack_fault(m))) &&
              (is_about_event(m) || is_written_by_machine(m));
     }},
    {"far CALL of a conforming segment pushes with that segment's level",
     "SDM 2A \"CALL\": the level does not change, and with it the rights to pages; Bochs pushes with the DPL",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.cpl == 3 && m.tried.paging != paging_kind::off &&
              names_conforming_code_of_another_level(m.tried) &&
              (expects(m, exception::page_fault) || sees(m, exception::page_fault));
     }},
    {"PUSH and POP of a segment register touch 2 bytes",
     "SDM 2B \"PUSH\": processors may move 16 bits only, so that of alignment they ask less",
     [](const mismatch& m) { return moves_segment(m) && checks_alignment(m) && expects(m, exception::alignment); }},
    {"far CALL pushes unaligned words without #AC",
     "SDM 3A table 6-7: whatever CPL 3 pushes must be aligned; in IA-32e mode Bochs pushes for far CALL unchecked",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.long_mode() && checks_alignment(m) && expects(m, exception::alignment) &&
              goes_further(m);
     }},
    {"far CALL of compatibility mode ignores the base of SS",
     "SDM 3A 2.2.1: in compatibility mode segmentation works as in protected mode; Bochs pushes at RSP itself",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.long_mode() && m.tried.code_bits != 64 && has_own_stack(m);
     }},
    {"far branch from 64-bit code drops the upper half of an offset",
     "SDM 2A \"JMP\", \"RET\": #GP(0) if the offset is outside the limit of a target in compatibility mode",
     [](const mismatch& m) {
       return is_far_branch(m) && bare(m.tried).wide && expects(m, exception::protection) &&
              m.observed.after[SLOT_CS] != m.tried.before[SLOT_CS] && m.observed.after[SLOT_RIP] >> 32 == 0;
     }},
    {"LLDT and LTR of compatibility mode read 8 bytes",
     "SDM 3A 3.5.2: in IA-32e mode, descriptors of LDT and TSS have 16 bytes; Bochs takes that to be 64-bit mode",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.opcode == 0x0f00 && (c.reg == 2 || c.reg == 3) && m.tried.code_bits != 64 && has_odd_second_half(m);
     }},
    {"LEAVE of 16 bits in 64-bit mode", "SDM 2A \"LEAVE\": with operands of 16 bits it pops BP; Bochs 2.7 pops RBP",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.opcode == 0xc9 && c.operand_size && m.tried.code_bits == 64;
     }},
    {"ENTER asks for alignment of its last stack pointer",
     "SDM 2A \"ENTER\": what is probed there is whether a write would fault by #PF or #SS; nothing is referenced",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0xc8 && checks_alignment(m) && sees(m, exception::alignment);
     }},
    {"REP INS and OUTS with a count of 0 look at the right to a port",
     "SDM 2B \"REP\": with a count of 0 the instruction is not executed, so that nothing of it can fault",
     repeats_port_without_items},
};

}  // namespace

std::span<const difference> differences_of_bochs() { return all; }

}  // namespace umbra::system_guest
