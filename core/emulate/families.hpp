// The executors, one for each family of instructions. False: the instruction has been stopped (outside::stopped).
#pragma once

#include "core/emulate/execution.hpp"

namespace umbra::emulate {

bool execute_arithmetic(execution&);
bool execute_unary(execution&);
bool execute_multiply(execution&);
bool execute_shift(execution&);
bool execute_double_shift(execution&);
bool execute_decimal(execution&);
bool execute_move(execution&);
bool execute_extend(execution&);
bool execute_exchange(execution&);
bool execute_condition(execution&);
bool execute_bit_test(execution&);
bool execute_bit_scan(execution&);
bool execute_stack(execution&);
bool execute_string(execution&);
bool execute_port(execution&);
bool execute_branch(execution&);
bool execute_far_branch(execution&);
bool execute_interrupt(execution&);
bool execute_flags(execution&);
bool execute_system(execution&);
bool execute_segment(execution&);

}  // namespace umbra::emulate
