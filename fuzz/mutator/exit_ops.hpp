// Single ops of exits, right or nearly so: what a guest comes to, what hardware reports, what its VMM does.
#pragma once

#include "core/x86/vmcs.hpp"
#include "fuzz/mutator/composer.hpp"

namespace umbra::fuzz::exit_ops {

using x86::vmcs;

op made(kind);
/// `field` or `set`.
op set_field(kind, vmcs, std::uint64_t value);

/// A number of any magnitude, often one where something ends.
std::uint64_t edge(random&);
/// What a field of the guest-state area may hold, right or nearly so.
std::uint64_t field_value(vmcs, random&);
/// The register, leaf, port or MSR that an instruction names; and the value that goes with it.
std::uint32_t number_for(instruction, composer&);
std::uint64_t value_for(const op&, composer&);

op some_field(composer&);
op some_general(composer&);
op some_instruction(composer&);
/// What no hardware need ever have said.
op some_exit(composer&);
op some_vmm_op(composer&);
/// What a VMM sets beside fields.
op some_vmm_state(composer&);
/// Any of these.
op some_op(composer&);

}  // namespace umbra::fuzz::exit_ops
