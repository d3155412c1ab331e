#include "tools/triage/probe/on_unicorn.hpp"

#include <fmt/format.h>

#include <memory>
#include <sstream>
#include <string_view>

#include "fuzz/ops/exit_names.hpp"
#include "fuzz/trial/unicorn_judge.hpp"
#include "tools/cli/tree.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

using emucheck::outcome, emucheck::outcome_kind;

std::string in_words(const outcome& o) {
  // Unicorn does not tell an exception from an interrupt.
  const bool raises = o.kind == outcome_kind::fault || o.kind == outcome_kind::interrupt;
  return raises ? fmt::format("raises vector {}", o.vector) : name_of(o.kind);
}

std::string changes(const emucheck::cpu_state& before, const outcome& o) {
  std::string all;
  const auto add = [&](std::string_view name, std::uint64_t was, std::uint64_t is) {
    if (was != is) all += fmt::format("; {} {:#x}", name, is);
  };
  for (unsigned n = 0; n < 16; ++n) add(fuzz::words::general_registers[n], before.gpr[n], o.after.gpr[n]);
  add("rip", before.rip, o.after.rip);
  add("rflags", before.rflags, o.after.rflags);
  for (unsigned n = 0; n < 6; ++n) add(segment_register_names[n], before.selector[n], o.after.selector[n]);
  for (const emucheck::output& w : o.outputs)
    all += fmt::format("; port {:#x} = {:#x}, {} bytes", w.port, w.value, w.bytes);
  return all;
}

void tell(const fuzz::trial& t, std::FILE* out) {
  const auto laboratory = std::make_unique<fuzz::laboratory>();
  laboratory->appoint(fuzz::make_unicorn_judge());
  // Whatever the trial asks for, here every opinion is wanted.
  fuzz::trial asked = t;
  asked.judge = 0;
  const bool well = laboratory->run(asked);
  std::string why;
  const outcome* theirs = laboratory->opinion(why);
  if (theirs == nullptr) {
    fmt::print(out, "Unicorn cannot be asked: {}.\n", why);
    return;
  }
  const emucheck::cpu_state before = emucheck::state_of(laboratory->registers_before());
  const outcome ours = laboratory->first_outcome();
  fmt::print(out, "Unicorn, QEMU's processor\n  processor: {}{}\n  umbra:     {}{}\n", in_words(*theirs),
             changes(before, *theirs), in_words(ours), changes(before, ours));
  const bool differ = !well && laboratory->finding().id == std::string_view(fuzz::promise::unicorn);
  if (differ) fmt::print(out, "They DISAGREE, and no known difference explains it: {}\n", laboratory->finding().text);
}

}  // namespace

std::vector<std::string> ask_unicorn(isolation& in, const fuzz::trial& t, const std::filesystem::path& work) {
  const std::filesystem::path file = work / "unicorn";
  const bool whole = in.tell([&](std::FILE* out) { tell(t, out); }, file);
  std::vector<std::string> lines;
  std::istringstream said(read_file(file));
  for (std::string line; std::getline(said, line);) lines.push_back(line);
  if (!whole) lines.emplace_back("The process died of it before Unicorn could be heard.");
  return lines;
}

}  // namespace umbra::tools
