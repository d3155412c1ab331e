#include "tools/run/trial.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "fuzz/ops/exit_names.hpp"
#include "fuzz/trial/laboratory.hpp"
#include "fuzz/trial/reading.hpp"
#include "fuzz/trial/text.hpp"
#include "fuzz/trial/unicorn_judge.hpp"
#include "tools/run/paper.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

using emulate::verdict;

const char* name_of(verdict v) {
  switch (v) {
    case verdict::done:
      return "done";
    case verdict::again:
      return "not finished";
    case verdict::fault:
      return "exception";
    case verdict::interrupt:
      return "software interrupt";
    case verdict::device:
      return "waits for a device";
    case verdict::halted:
      return "halted";
    case verdict::elsewhere:
      return "has an exit of its own";
    case verdict::unsupported:
      return "not emulated";
  }
  return "?";
}

void show_registers(paper& page, const vcpu::register_set& before, const vcpu::register_set& after) {
  const auto show = [&](std::string_view name, std::uint64_t was, std::uint64_t is) {
    if (was != is) page.line("  {:<8} {:#x} -> {:#x}", name, was, is);
  };
  for (unsigned n = 0; n < 16; ++n)
    show(fuzz::words::general_registers[n], before.general.get(n), after.general.get(n));
  show("rip", before.general.rip, after.general.rip);
  show("rflags", before.general.rflags, after.general.rflags);
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    const auto name = static_cast<vcpu::segment_name>(n);
    show(segment_register_names[n], before.segments[name].selector, after.segments[name].selector);
  }
}

}  // namespace

bool show_trial(const fuzz::trial& t, std::FILE* out, nlohmann::json* record) {
  std::vector<std::string> lines;
  paper page(out, record != nullptr ? &lines : nullptr);
  const std::string text = to_text(t);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    page.line("  {}", text.substr(from, end - from));
    from = end + 1;
  }
  // Whatever the trial asks for, somebody who looks wants every opinion.
  fuzz::trial asked = t;
  asked.judge = 0;
  const auto laboratory = std::make_unique<fuzz::laboratory>();
  laboratory->appoint(fuzz::make_unicorn_judge());
  const bool well = laboratory->run(asked);
  const fuzz::performance& p = laboratory->first_performance();
  page.blank();
  page.line("{}{}", name_of(p.last.next),
            p.last.next == verdict::fault
                ? fmt::format(" {}, error code {:#x}, address {:#x}", static_cast<unsigned>(p.last.event.vector),
                              p.last.event.code, p.last.event.address.value)
                : "");
  show_registers(page, laboratory->registers_before(), p.after);
  for (const fuzz::device_item& i : p.items) {
    page.line("  {} {} {:#x}, {} bytes: {:#x}", i.space == io::space::port ? "port" : "device",
              i.write ? "write" : "read", i.address, i.bytes, i.value);
  }
  for (const fuzz::changed_byte& c : p.changes) page.line("  byte {:#x}: {:#04x} -> {:#04x}", c.at, c.before, c.after);
  nlohmann::json finding = nullptr;
  if (well) {
    page.line(ink::good, "No finding.");
  } else {
    finding = {{"id", laboratory->finding().id}, {"where", ""}, {"text", laboratory->finding().text}};
    page.line(ink::bad, "Finding {}: {}", laboratory->finding().id, laboratory->finding().text);
  }
  if (record != nullptr) *record = {{"well", well}, {"finding", finding}, {"lines", lines}, {"drawing", nullptr}};
  return well;
}

}  // namespace umbra::tools
