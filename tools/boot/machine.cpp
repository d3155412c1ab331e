#include "tools/boot/machine.hpp"

#include "tools/boot/image.hpp"
#include "tools/boot/script.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

boot_machine::boot_machine(fs::path work, bochs_request like) : work_(std::move(work)), like_(std::move(like)) {
  fs::create_directories(work_);
  // Its configuration says for which kernel modules are built.
  build("kernel-object", {"umbra_module"});
  build("plain", {"umbra-vmm", "umbra-abuse", "umbra_guests"});
  kernel_ = fetch_kernel(work_);
}

bochs_run boot_machine::run(const std::vector<boot_load>& plan, const std::map<std::string, fs::path>& modules,
                            const std::function<void(std::string_view)>& step) {
  image_request image{kernel_.image, init_script(plan), modules};
  const fs::path vmm = build_directory("plain") / "tools" / "vmm";
  for (const char* program : {"umbra-vmm", "umbra-abuse"}) image.files[program] = vmm / program;
  for (const char* guest : {"level4.elf", "bits32.elf", "two_vcpus.elf", "devices.elf", "real.elf", "events.elf",
                            "refusals.elf", "storm64.elf", "storm32.elf"}) {
    image.files[std::string("guests/") + guest] = vmm / "guests" / guest;
  }
  bochs_request request = like_;
  request.image = make_image(image, work_);
  return run_bochs(request, work_, [&](std::string_view line) {
    const std::string begin = std::string(boot_mark) + "begin ";
    if (line.starts_with(begin)) step(line.substr(begin.size(), line.find('\r') - begin.size()));
  });
}

}  // namespace umbra::tools
