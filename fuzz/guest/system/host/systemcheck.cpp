// `systemcheck`: checks system instructions and faults of the instruction emulator against the processor that an
// emulated machine has.
#include "fuzz/guest/host/check.hpp"
#include "fuzz/guest/system/host/machines.hpp"
#include "fuzz/guest/system/host/report.hpp"

namespace {

using namespace umbra;
using namespace umbra::system_guest;

const opguest::check_text text{
    .name = "emucheck",
    .about =
        "Checks system instructions and faults of the instruction emulator (core/emulate) against the processor\n"
        "of an emulated machine. A bare guest program executes single instructions in every mode and at every\n"
        "privilege level; the exception that ends each, its error code, all registers and memory are compared\n"
        "with the emulator's. Exit code 0 if each difference is known, with its citation.",
    .judged = "the emulator",
    .names = {"specimen", "specimen"},
    .long_run = 1'000'000};  // the rarest difference comes once in 100,000

std::unique_ptr<opguest::check> make(opguest::engine_kind on) {
  opguest::tally_check<tally>::parts p;
  p.compare = [on](opguest::byte_source& bytes, const opguest::finding_sink& found, const progress_visitor& progress) {
    const auto tell = [&found](std::uint32_t number, const mismatch& m) {
      found(number, [&] { return describe(number, m); });
    };
    return compare(bytes, on, tell, progress);
  };
  p.sums = [](const tally& t) {
    return opguest::check_sums{t.total().specimens, t.compared(), t.different, t.unexplained, {}};
  };
  p.known = [on](const tally& t) { return opguest::counted(known_differences(on), t.by_difference); };
  return std::make_unique<opguest::tally_check<tally>>(tally{on}, p);
}

}  // namespace

int main(int argc, char** argv) {
  opguest::batch_options defaults;
  defaults.program = UMBRA_SYSTEM_PROGRAM;
  return opguest::run_check(argc, argv, text, machines(), defaults, 200'000, make);
}
