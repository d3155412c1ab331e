#include "tools/run/run.hpp"

#include <memory>

#include "fuzz/ops/text.hpp"
#include "fuzz/world/world.hpp"
#include "tools/run/narrator.hpp"
#include "tools/run/paper.hpp"

namespace umbra::tools {

bool show_run(const fuzz::program& program, std::FILE* out) {
  paper page(out);
  page.line("set-up");
  const std::string setup = to_text(program.setup);
  for (std::size_t from = 0; from < setup.size();) {
    const std::size_t end = std::min(setup.find('\n', from), setup.size());
    page.line("  {}", setup.substr(from, end - from));
    from = end + 1;
  }

  const auto world = std::make_unique<fuzz::world>();
  narrator told(*world, page);
  world->check_each(true);
  world->watch(&told);
  const bool well = world->run(program);
  page.blank();

  const fuzz::tally& t = world->counts();
  page.line(ink::bold,
            "{} ops, {} of them effective; {} exits, {} page faults for the guest; {} live shadow pages at the end; "
            "trace {:#018x}",
            t.ops, t.effective, t.exits, t.guest_faults, t.live_pages, world->trace());
  if (well) {
    page.line(ink::good, "No finding: every outcome is legal, every invariant holds, everything was given back.");
    return true;
  }
  const fuzz::finding& f = *world->last_finding();
  const std::string where = f.op == fuzz::finding::at_end         ? "at the end"
                            : f.op == fuzz::finding::before_first ? "before the first op"
                                                                  : fmt::format("at op {}", f.op);
  page.line(ink::bad, "Finding {} {}: {}", f.id, where, f.text);
  return false;
}

}  // namespace umbra::tools
