#include "tools/run/run.hpp"

#include <memory>
#include <nlohmann/json.hpp>

#include "fuzz/ops/text.hpp"
#include "fuzz/world/world.hpp"
#include "tools/run/narrator.hpp"
#include "tools/run/paper.hpp"

namespace umbra::tools {

namespace {

std::string place_of(const fuzz::finding& f) {
  if (f.op == fuzz::finding::at_end) return "at the end";
  return f.op == fuzz::finding::before_first ? "before the first op" : fmt::format("at op {}", f.op);
}

nlohmann::json to_json(const fuzz::finding* f) {
  if (f == nullptr) return nullptr;
  return {{"id", f->id}, {"where", place_of(*f)}, {"text", f->text}};
}

}  // namespace

bool show_run(const fuzz::program& program, std::FILE* out, nlohmann::json* record) {
  std::vector<std::string> lines;
  paper page(out, record != nullptr ? &lines : nullptr);
  page.line("set-up");
  const std::string setup = to_text(program.setup);
  for (std::size_t from = 0; from < setup.size();) {
    const std::size_t end = std::min(setup.find('\n', from), setup.size());
    page.line("  {}", setup.substr(from, end - from));
    from = end + 1;
  }

  const auto world = std::make_unique<fuzz::world>();
  narrator told(*world, page);
  told.draw(record != nullptr);
  world->check_each(true);
  world->watch(&told);
  const bool well = world->run(program);
  page.blank();

  const fuzz::tally& t = world->counts();
  page.line(ink::bold,
            "{} ops, {} of them effective; {} exits, {} page faults for the guest; {} live shadow pages at the end; "
            "trace {:#018x}",
            t.ops, t.effective, t.exits, t.guest_faults, t.live_pages, world->trace());
  const fuzz::finding* f = world->last_finding();
  if (well) {
    page.line(ink::good, "No finding: every outcome is legal, every invariant holds, everything was given back.");
  } else {
    page.line(ink::bad, "Finding {} {}: {}", f->id, place_of(*f), f->text);
  }
  if (record != nullptr) {
    *record = {{"well", well}, {"finding", to_json(f)}, {"lines", lines}, {"drawing", told.drawing()}};
  }
  return well;
}

}  // namespace umbra::tools
