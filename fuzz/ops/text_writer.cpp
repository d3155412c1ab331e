// Prints programs. What from_text() reads back is the same program, and printing that gives the same text.
#include <cinttypes>
#include <cstdio>

#include "fuzz/ops/exit_names.hpp"
#include "fuzz/ops/text.hpp"
#include "fuzz/ops/text_names.hpp"

namespace umbra::fuzz {
namespace {

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%" PRIx64, value);
  return text;
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string made_by(const maker& by) {
  std::string text;
  if (by.cpl != 0) text += " cpl " + number(by.cpl);
  if (by.ac) text += " ac";
  if (by.implicit) text += " implicit";
  return text;
}

std::string written(const op& o) { return " " + hex(o.address) + " " + number(o.size) + " = " + hex(o.value); }

std::string field_name(kind k, std::uint32_t encoding) {
  for (const words::named_field& f : words::fields) {
    if (static_cast<std::uint32_t>(f.field) == encoding) return std::string(f.name);
  }
  if (k == kind::set && encoding - first_vmm_state < vmm_states)
    return std::string(words::vmm_state_names[encoding - first_vmm_state]);
  return hex(encoding);
}

/// What an exit tells, as far as it is not zero.
std::string told_by(const op& o) {
  std::string text;
  const auto add = [&text](const char* name, std::uint32_t value) {
    if (value != 0) text += std::string(name) + hex(value);
  };
  if (o.index != 0) text += " length " + number(o.index);
  add(" event ", o.told.event), add(" code ", o.told.error_code);
  add(" vectoring ", o.told.vectoring_event), add(" vectoring-code ", o.told.vectoring_error_code);
  add(" information ", o.told.information);
  return text;
}

template <class Names, class Of>
std::string listed(std::string_view title, const Names& names, const Of& of) {
  std::string text{title};
  for (const auto& n : names) {
    if (of(n)) text += " " + std::string(n.name);
  }
  return text == title ? text + " none\n" : text + "\n";
}

}  // namespace

std::string to_text(const op& in) {
  const op o = canonical(in);
  std::string text{words::kinds[static_cast<unsigned>(o.kind)]};
  switch (o.kind) {
    case kind::read:
      return text + " " + hex(o.address) + " " + number(o.size) + made_by(o.by);
    case kind::write:
      text += written(o) + made_by(o.by);
      if ((o.bits & write_undecodable) != 0) text += " " + std::string(words::undecodable);
      return text;
    case kind::fetch:
      return text + " " + hex(o.address) + made_by(o.by);
    case kind::cr0:
    case kind::cr3:
    case kind::cr4:
    case kind::efer:
      return text + " = " + hex(o.value);
    case kind::invlpg:
      return text + " " + hex(o.address);
    case kind::slot:
    case kind::alias:
      text += " " + number(o.index);
      if (o.count == 0) return text + " delete";
      text += " at " + hex(o.address) + " pages " + number(o.count);
      text += (o.kind == kind::slot ? " backing " : " target ") + hex(o.value);
      if ((o.bits & slot_read_only) != 0) text += " read-only";
      if ((o.bits & slot_logged) != 0) text += " logged";
      return text;
    case kind::log:
      return text + " " + number(o.index) + (o.count != 0 ? " on" : " off");
    case kind::read_log:
    case kind::vcpu:
      return text + " " + number(o.index);
    case kind::reclaim:
      return text + " " + number(o.count);
    case kind::zap_all:
      return text;
    case kind::race:
      return text + " " + number(o.count) + " " + std::string(words::racers[static_cast<unsigned>(o.who)]) + written(o);
    case kind::poke:
    case kind::patch:
      return text + written(o);
    case kind::speculate:
      return text + " " + number(o.index) + " " + hex(o.address);
    case kind::exhaust:
      return text + " " + hex(o.address) + " " + number(o.count);
    case kind::exit:
      return text + " " + number(o.count) + " = " + hex(o.value) + told_by(o);
    case kind::field:
    case kind::set:
      return text + " " + field_name(o.kind, o.count) + " = " + hex(o.value);
    case kind::general:
      return text + " " + std::string(words::general_registers[o.index]) + " = " + hex(o.value);
    case kind::instruct:
      text += " " + std::string(words::instructions[o.index]) + " " + hex(o.count) + " = " + hex(o.value);
      if (o.size != 8) text += " size " + number(o.size);
      return text + made_by(o.by);
    case kind::complete:
      return text + " " + hex(o.value);
    case kind::interrupt:
      return text + " " + number(o.index);
    case kind::nmi:
      return text;
  }
  return text;
}

std::string to_text(const setup& in) {
  const setup s = canonical(in);
  std::string text;
  text += "start " + std::string(words::starts[static_cast<unsigned>(s.start)]) + "\n";
  text += "scene " + number(s.scene) + "\n";
  text += "pages " + number(s.shadow_pages) + "\n";
  text += "maxphyaddr " + number(s.cpuid.maxphyaddr) + "\n";
  text +=
      listed("cpuid", words::features, [&](const words::feature& f) { return static_cast<bool>(s.cpuid.*f.present); });
  text += listed("flags", words::mode_flags, [&](const words::mode_flag& f) { return s.*f.on; });
  return text;
}

std::string to_text(const program& p) {
  std::string text = std::string(words::format) + " " + std::string(words::version) + "\n" + to_text(p.setup);
  for (const op& o : p.ops) text += to_text(o) + "\n";
  return text;
}

}  // namespace umbra::fuzz
