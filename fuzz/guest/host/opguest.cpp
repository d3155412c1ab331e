// `opguest`: checks the reference model against the paging hardware that an emulator implements.
#include "fuzz/guest/host/check.hpp"
#include "fuzz/guest/host/report.hpp"

namespace {

using namespace umbra;
using namespace umbra::opguest;

const check_text text{
    .name = "opguest",
    .about =
        "Checks the reference model (models/reference) against the paging hardware that an emulator implements.\n"
        "A bare guest program translates addresses in every paging mode; outcome, error code, CR2, A and D bits and\n"
        "the frame reached are compared with the model's. Exit code 0 if each difference is known, with its citation.",
    .judged = "the model",
    .names = {"translation", "scene"},
    .long_run = 500'000};

std::unique_ptr<check> make(engine_kind on) {
  tally_check<tally>::parts p;
  p.compare = [on](byte_source& bytes, const finding_sink& found, const progress_visitor& progress) {
    const auto tell = [&found](std::uint32_t number, unsigned index, const mismatch& m, const table_memory& memory) {
      found(number, [&] { return describe(number, index, m, memory); });
    };
    return compare(bytes, on, tell, progress);
  };
  p.sums = [](const tally& t) { return check_sums{t.translations, t.translations, t.different, t.unexplained, {}}; };
  p.known = [on](const tally& t) { return counted(known_differences(on), t.by_difference); };
  return std::make_unique<tally_check<tally>>(tally{on}, p);
}

}  // namespace

int main(int argc, char** argv) {
  batch_options defaults;
  defaults.program = UMBRA_GUEST_PROGRAM;
  return run_check(argc, argv, text, machines(), defaults, 1'000'000, make);
}
