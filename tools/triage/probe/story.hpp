// What happened, told step by step, with the tables drawn where guest and shadow part.
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/triage/probe/isolation.hpp"
#include "tools/triage/probe/subject.hpp"

namespace umbra::tools {

struct told_step {
  std::string op;                  ///< "0: read 0x400000 8", or "start, vCPU 0: cr3 = 0x1000"
  std::vector<std::string> lines;  ///< exits, what the model says, effects, tables, verdicts
};

struct story {
  std::vector<told_step> steps;
  std::vector<std::string> parting;  ///< the tables at stake, and what they grant
  nlohmann::json drawing = nullptr;  ///< both trees (tools/run/drawing.hpp), or null
  bool whole = true;                 ///< else whoever told it died of it
};

/// Runs a specimen once more in a child, and has it told.
story tell_story(isolation&, subject&, const specimen&, const sighting&, const std::filesystem::path& work);

}  // namespace umbra::tools
