// Runs a guest program on the machines of an engine, or reads what it once said from a file, for a tool that compares
// it.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include "fuzz/guest/host/engine.hpp"
#include "fuzz/guest/host/stream.hpp"

namespace umbra::opguest {

struct batch_options {
  std::uint64_t seed = 1;
  std::uint32_t first = 0;  ///< counts with one machine only
  std::string engine = "qemu";
  std::vector<std::string> machines;
  std::string program;
  std::string results, save, json;
  unsigned silence = 30, show = 5;

  engine_kind kind() const { return engine == "qemu" ? engine_kind::qemu : engine_kind::bochs; }
};

/// What a run is of: "translation", "scene".
struct batch_names {
  std::string unit, group;
};

/// Declares the options, but for the number of units, which each tool names itself; of the engine only if there is a
/// choice.
void offer(CLI::App&, batch_options&, std::span<const machine>, const batch_names&);

/// The results of one machine, or of a file.
struct batch_part {
  std::string name, again;  ///< again: options with which a tool makes these results once more
  std::uint32_t wanted;     ///< units; 0 if a file has however many
};
using batch_reader = std::function<void(byte_source&, const batch_part&)>;

/// Calls `read` with the results of `count` units in all: for a file, or for each machine that is wanted.
/// Throws std::runtime_error with what to do if that is impossible.
void run_batch(const batch_options&, std::span<const machine>, std::uint32_t count, const batch_reader& read);

/// Writes a run's sums where the options say, if they do.
void write_json(const batch_options&, const nlohmann::json&);

/// Says how far a run is, on a terminal only.
class progress_line {
 public:
  progress_line(const batch_part&, std::string unit);
  ~progress_line();
  void operator()(std::uint64_t done);

 private:
  std::string name_, unit_;
  std::uint32_t wanted_;
  bool terminal_, shown_ = false;
};

}  // namespace umbra::opguest
