// Starts an emulator with the guest program in it and reads what it sends.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace umbra::opguest {

/// An emulator.
enum class engine_kind { qemu, bochs };

/// A processor to run on.
struct machine {
  engine_kind engine;
  std::string_view name, cpu;
  unsigned share;  ///< of the engine's translations, in percent
};

/// Those that QEMU's TCG and Bochs offer for this.
std::span<const machine> machines();
/// Bochs's among them, which have VMX, and are strict about registers.
std::span<const machine> bochs_machines();

/// What the guest program is told to do.
struct task {
  std::uint64_t seed;
  std::uint32_t first, count;  ///< count: of translations or specimens
  std::string command_line() const;
};

/// A directory of its own that goes away with this object.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The command that runs `work` on `on`; files that the emulator needs are written to `scratch`. `program` is
/// an ELF file, with the same as a flat image (.bin) and disk.bin beside it.
std::vector<std::string> qemu_command(const machine& on, const std::string& program, const task& work);
std::vector<std::string> bochs_command(const machine& on, const std::filesystem::path& program, const task& work,
                                       const std::filesystem::path& scratch);

/// A running emulator. It is killed when this goes away.
class engine {
 public:
  /// Throws std::runtime_error if the emulator is missing. `silence`: after so many seconds without output it counts as
  /// hung.
  engine(const machine& on, const std::string& program, const task& work, unsigned silence);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// At least one byte of output; 0 when the emulator has closed it. Throws std::runtime_error if it hangs.
  std::size_t read(std::uint8_t* to, std::size_t limit);

 private:
  scratch_directory scratch_;
  pid_t pid_ = -1;
  int output_ = -1;
  unsigned silence_;
};

}  // namespace umbra::opguest
