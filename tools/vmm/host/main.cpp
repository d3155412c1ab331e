// umbra-vmm [OPTIONS] PROGRAM: runs a guest, and prints what it said and what that cost.
#include <x86intrin.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <mutex>
#include <thread>

#include "tools/vmm/host/elf.hpp"
#include "tools/vmm/host/placement.hpp"
#include "tools/vmm/host/run.hpp"
#include "tools/vmm/host/statistics.hpp"

namespace {

using namespace umbra::vmm;

constexpr std::size_t memory_bytes = std::size_t{6} << 20;

struct options {
  std::string device = "/dev/umbra", program;
  unsigned vcpus = 1;
  std::uint32_t seed = 1;
  bool move = false, reset = false, open_bus = false;
};

void print(const std::string& of, const counters& all) {
  for (const auto& [name, value] : all) {
    std::printf("# %s %s %llu\n", of.c_str(), name.c_str(), static_cast<unsigned long long>(value));
  }
}

/// One thread for each vCPU. The first one's end is the guest's; the others halt when they are done, or never.
class run {
 public:
  explicit run(const options& o) : options_(o), machine_(o.device, memory_bytes), attic_(machine_.file()) {
    const std::uint32_t entry = load_program(o.program, machine_.memory());
    if (o.reset) machine_.map_firmware();
    for (unsigned n = 0; n < o.vcpus; ++n) {
      vcpu& v = machine_.add_vcpu();
      if (!o.reset) v.start_at(entry, n);
      devices_[n].set_seed(o.seed);
      if (o.open_bus) devices_[n].open_bus();
    }
  }

  int operator()() {
    const unsigned long long began = __rdtsc();
    std::vector<std::thread> threads;
    for (unsigned n = 0; n < options_.vcpus; ++n) threads.emplace_back([this, n] { drive(n); });
    for (std::thread& t : threads) t.join();
    const unsigned long long ticks = __rdtsc() - began;
    print_said();
    std::printf("# ticks %llu\n", ticks);
    print("vm", read_statistics(machine_.file()));
    for (const vcpu& v : machine_.vcpus()) print("vcpu" + std::to_string(v.id()), read_statistics(v.file()));
    return 0;
  }

 private:
  void print_said() const {
    for (const devices& d : devices_) std::fputs(d.said().c_str(), stdout);
  }

  void drive(unsigned n) {
    try {
      run_on(n);
      unsigned place = n;
      run_to_halt(machine_.vcpus()[n], devices_[n], attic_, [&] {
        if (options_.move) run_on(++place);
      });
    } catch (const std::exception& e) {
      // The other vCPUs may wait for this one for ever, so the whole run ends here.
      const std::lock_guard lock(mutex_);
      print_said();
      std::fflush(stdout);
      std::fprintf(stderr, "umbra-vmm: %s.\n", e.what());
      std::_Exit(1);
    }
  }

  const options& options_;
  machine machine_;
  attic attic_;
  std::array<devices, 16> devices_;
  std::mutex mutex_;
};

}  // namespace

int main(int argc, char** argv) {
  options o;
  CLI::App app{"Runs a guest on umbra.ko, or on KVM: the interface is the same.", "umbra-vmm"};
  app.add_option("PROGRAM", o.program, "An ELF program, entered in 32-bit protected mode without paging")->required();
  app.add_option("--device", o.device, "The hypervisor's file")->capture_default_str();
  app.add_option("--vcpus", o.vcpus, "Virtual processors; EAX tells each its number")->check(CLI::Range(1, 16));
  app.add_flag("--move", o.move, "Go on on another processor after each exit to this program");
  app.add_flag("--reset", o.reset, "Begin in real mode, as processors come out of reset: the program ends at 1 MiB");
  app.add_option("--seed", o.seed, "The number that a guest gets for its random numbers")->capture_default_str();
  app.add_flag("--open-bus", o.open_bus, "Reads where there is neither memory nor device give ones, writes are lost");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(o)();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "umbra-vmm: %s.\n", e.what());
    return 1;
  }
}
