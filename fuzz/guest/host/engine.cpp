#include "fuzz/guest/host/engine.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace umbra::opguest {
namespace {

std::runtime_error failed(const std::string& what, int error = errno) {
  return std::runtime_error(what + ": " + std::strerror(error));
}

}  // namespace

scratch_directory::scratch_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "opguest-XXXXXX").string();
  if (!mkdtemp(name.data())) throw failed("no directory for temporary files");
  path_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

engine::engine(const machine& on, const std::string& program, const task& work, unsigned silence) : silence_(silence) {
  std::vector<std::string> words = on.engine == engine_kind::qemu ? qemu_command(on, program, work)
                                                                  : bochs_command(on, program, work, scratch_.path());
  std::vector<char*> arguments;
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw failed("no pipe to the emulator");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  const std::string log = (scratch_.path() / "messages").string();
  if (on.engine == engine_kind::bochs)  // it talks a lot
    posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT, 0600);
  const int error = posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = ends[0];
  if (error != 0) {
    close(output_);
    throw failed(words[0] + " cannot be started", error);
  }
}

engine::~engine() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(output_);
}

std::size_t engine::read(std::uint8_t* to, std::size_t limit) {
  pollfd waiting{output_, POLLIN, 0};
  int ready;
  do ready = poll(&waiting, 1, static_cast<int>(silence_ * 1000));
  while (ready < 0 && errno == EINTR);
  if (ready < 0) throw failed("waiting for the emulator");
  if (ready == 0)
    throw std::runtime_error("the emulator hangs: no results for " + std::to_string(silence_) + " seconds");
  const ssize_t got = ::read(output_, to, limit);
  if (got < 0) throw failed("reading from the emulator");
  return static_cast<std::size_t>(got);
}

}  // namespace umbra::opguest
