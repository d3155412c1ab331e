// All that is known of one finding: what the probe says of it, and what was made of that.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/triage/frame.hpp"

namespace umbra::tools {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(frame, function, file, line)

struct record {
  std::string target;  ///< the fuzz target whose input it was
  bool trial = false;  ///< of an instruction, else a program of ops

  std::string id;            ///< the promise that broke, or how the process died: probe/sighting.hpp
  std::string rule;          ///< of deaths: what else has to be the same
  std::string text;          ///< one or more sentences
  std::string kind;          ///< of the op that showed it: "write", "do wrmsr", "start", "end", "instruction"
  std::string at;            ///< that op, or ""
  std::vector<frame> stack;  ///< the core's, innermost first

  bool steady = true;  ///< every execution came to the same
  unsigned times = 0, reproduced = 0;
  bool cut = false;  ///< the input ends in the middle of an op
  std::size_t size = 0, minimal_size = 0, tried = 0;
  std::string minimal;  ///< as text

  struct step {
    std::string op;
    std::vector<std::string> lines;
    NLOHMANN_DEFINE_TYPE_INTRUSIVE(step, op, lines)
  };
  std::vector<step> steps;
  std::vector<std::string> parting;
  nlohmann::json drawing = nullptr;  ///< both trees of tables (tools/run/drawing.hpp), or null
  std::string log;                   ///< the end of what a process that died wrote

  std::vector<std::string> inputs;  ///< the files that came to it
  std::string first_bad;            ///< commit and subject, by bisection, or ""
  std::vector<std::string> on_cpu;  ///< what a processor did with the guest's part

  NLOHMANN_DEFINE_TYPE_INTRUSIVE_WITH_DEFAULT(record, target, trial, id, rule, text, kind, at, stack, steady, times,
                                              reproduced, cut, size, minimal_size, tried, minimal, steps, parting,
                                              drawing, log, inputs, first_bad, on_cpu)

  const char* extension() const { return trial ? ".insn" : ".ops"; }
};

/// From what the probe wrote; throws `error` if that is not in order. Only of answers that hold a finding.
record record_of(const nlohmann::json& answer);

/// What is the same for all inputs that come to one defect, as far as one can tell: promise, kind of op, innermost
/// functions of the core.
std::string signature(const record&);
/// The same as a name for files: "I9-read-1a2b3c4d".
std::string signature_name(const record&);

}  // namespace umbra::tools
