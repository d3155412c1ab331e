// The guest program: learns what it runs on, then makes and runs scenes until it has made as many translations as
// asked.
#include "fuzz/guest/program/descriptors.hpp"
#include "fuzz/guest/program/machine.hpp"
#include "fuzz/guest/program/memory.hpp"
#include "fuzz/guest/program/run.hpp"
#include "fuzz/guest/shared/generator.hpp"
#include "fuzz/guest/shared/given.hpp"
#include "fuzz/guest/shared/record.hpp"

namespace umbra::opguest {
namespace {

console out;
scene current_scene;

/// In the image, and written to there before it starts.
volatile given orders;

/// Those that were given; how many accesses they made.
std::uint32_t run_given(const environment& machine, const order& asked) {
  tag_data_frames(machine, draw_windows(asked.seed, 0));
  for (std::uint32_t number = 0; number < orders.count; ++number) {
    std::uint64_t words[given::scene_words];
    for (unsigned n = 0; n < given::scene_words; ++n) words[n] = orders.words[number * given::scene_words + n];
    unpack(words, current_scene);
    run_scene(number, current_scene, out);
  }
  return static_cast<std::uint32_t>(orders.count);
}

std::uint32_t run_drawn(const environment& machine, const order& asked) {
  const generator scenes{machine, asked.seed};
  windows w{};
  std::uint32_t done = 0;
  for (std::uint32_t number = asked.first; done < asked.count; ++number) {
    if (number == asked.first || number % scenes_in_epoch == 0) {
      w = draw_windows(asked.seed, number / scenes_in_epoch);
      tag_data_frames(machine, w);
    }
    scenes.make(number, w, current_scene);
    run_scene(number, current_scene, out);
    done += current_scene.probes_used;
  }
  return done;
}

void run(const environment& machine, const order& asked) {
  out.put32(record::magic);
  out.put8(machine.maxphyaddr);
  out.put8(record::pack(machine));
  out.put64(asked.seed);
  out.put32(asked.first);

  const std::uint32_t done = orders.count != 0 ? run_given(machine, asked) : run_drawn(machine, asked);
  out.put8(record::end_mark);
  out.put32(done);
  out.flush();
}

}  // namespace
}  // namespace umbra::opguest

extern "C" [[noreturn]] void guest_main(std::uint32_t, const umbra::opguest::boot_information* boot) {
  using namespace umbra::opguest;
  const environment machine = explore(*boot);
  const order asked = read_order(*boot);
  load_descriptors();
  enable_own_paging(machine);
  run(machine, asked);
  power_off();
}
