// Segment descriptors (SDM volume 3, sections 3.4.5 and 5.6), and what loading one into a register checks and does.
#pragma once

#include "core/emulate/execution.hpp"

namespace umbra::emulate {

/// One descriptor of GDT or LDT, and where it was found.
struct descriptor {
  word raw{};
  gva where{};

  word rights() const { return field(raw, 40, 8) | (field(raw, 52, 4) << 12); }
  word dpl() const { return field(raw, 45, 2); }
  /// As a segment register holds it, its `selector` being given.
  vcpu::segment as_segment(word selector) const;
};

/// The error code that names a selector.
constexpr word selector_error(word selector) { return selector & word{0xfffc}; }
constexpr flag is_null(word selector) { return selector_error(selector) == word{0}; }

/// Reads the descriptor of a selector that is not null; #GP(selector) if its table ends before it.
bool read_descriptor(execution&, word selector, descriptor&);
/// Notes in the table that the descriptor was used.
bool set_accessed(execution&, const descriptor&);

/// MOV, POP and LDS with their like: ES, SS, DS, FS or GS (SDM 2B, "MOV").
bool load_segment(execution&, vcpu::segment_name, word selector);

enum class transfer : unsigned char { jump, call, ret };
/// Goes on at selector:offset, without a change of privilege. Gates, tasks and returns outward are not supported.
bool load_code(execution&, transfer, word selector, word offset);

}  // namespace umbra::emulate
