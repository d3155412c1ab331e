#include "tools/triage/issue.hpp"

#include <fmt/format.h>

#include "tools/triage/promises.hpp"

namespace umbra::tools {

namespace {

std::string block(const std::vector<std::string>& lines) {
  std::string text = "```text\n";
  for (const std::string& l : lines) text += l + "\n";
  return text + "```\n";
}

/// What a step came to, without verdicts and tables: these are for the step at which things part.
bool is_event(const std::string& line) {
  for (const char* start : {"    ", "  ok:", "  not applicable:", "  not judged", "  tables for", "  violated:"}) {
    if (line.starts_with(start)) return false;
  }
  return !line.empty();
}

bool is_set_up(const record::step& s) { return s.op.starts_with("start,"); }

std::string what_the_guest_did(const record& r) {
  std::string text = "## What the guest did\n\n";
  if (r.trial) return text + block(r.steps.empty() ? std::vector<std::string>{} : r.steps.front().lines);
  for (const record::step& s : r.steps) {
    // How vCPUs come to their start mode is of interest only if it goes wrong there.
    if (is_set_up(s) && r.kind != "start") continue;
    text += fmt::format("`{}`\n\n", s.op);
    std::vector<std::string> events;
    for (const std::string& l : s.lines) {
      if (is_event(l)) events.push_back(l);
    }
    if (!events.empty()) text += block(events) + "\n";
  }
  return text;
}

std::string where_they_part(const record& r) {
  if (r.trial) return "";
  std::string text = "## Where they part\n\n";
  text += r.at.empty() ? fmt::format("At the {} of the program: {}\n\n", r.kind, r.text)
                       : fmt::format("At `{}`, the last step above: {}\n\n", r.at, r.text);
  if (r.parting.empty()) {
    text += "No page table is at stake that a loaded root leads to.\n\n";
  } else {
    text +=
        "The guest's tables and the shadow's, and what each grants to whom (the model walks the guest's, hardware the "
        "shadow's):\n\n" +
        block(r.parting) + "\n";
  }
  return text;
}

std::string stack(const record& r) {
  std::string text = "## Where the core was\n\n";
  if (r.stack.empty()) return text + "The core stored nothing that is at stake, and failed no assertion.\n\n";
  text += r.id == "assertion" || r.id == "incident" || !r.log.empty() || r.id == "timeout"
              ? "When it happened, innermost first:\n\n"
              : "When it last stored to the entry at stake, innermost first:\n\n";
  for (const frame& f : r.stack) text += fmt::format("- `{}` ({}:{})\n", f.function, f.file, f.line);
  return text + "\n";
}

}  // namespace

std::string issue_text(const record& r, const std::string& minimal) {
  std::string text =
      fmt::format("# {}: {}\n\n{}\n\n{}\n\n", r.id, r.at.empty() ? r.kind : "`" + r.at + "`", r.text, meaning_of(r.id));
  text += fmt::format(
      "Found by the fuzz target `{}`. {} of {} executions showed it{}. The input was reduced from {} {} "
      "to {}.\n\nSignature: {}\n\n",
      r.target, r.reproduced, r.times, r.steady ? ", all in the same way" : ": it is **flaky**", r.size,
      r.trial ? "bytes of code" : "ops", r.minimal_size, signature(r));
  text += fmt::format("## To see it\n\n```sh\n./umbra run {}\n```\n\n```text\n{}```\n\n", minimal, r.minimal);
  text += what_the_guest_did(r) + where_they_part(r) + stack(r);
  if (!r.log.empty()) text += "## What the process wrote\n\n```text\n" + r.log + "```\n\n";
  if (!r.first_bad.empty()) text += fmt::format("## Since when\n\nThe first bad commit is {}.\n\n", r.first_bad);
  if (!r.on_cpu.empty()) text += "## What a processor does\n\n" + block(r.on_cpu) + "\n";
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace umbra::tools
