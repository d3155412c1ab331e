#include "tools/triage/regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace umbra::tools {

namespace {

constexpr const char* of_program = R"code(// Found by fuzzing {target}: {signature}.
#include <gtest/gtest.h>

#include "fuzz/ops/text.hpp"
#include "fuzz/world/world.hpp"

namespace {{

constexpr char input[] = R"({minimal})";

TEST(regression, {name}) {{
  umbra::fuzz::program program;
  umbra::fuzz::parse_error wrong;
  ASSERT_TRUE(umbra::fuzz::from_text(input, program, wrong)) << wrong.message;
  umbra::fuzz::world world;
  world.check_each(true);
  EXPECT_TRUE(world.run(program)) << world.last_finding()->id << ": " << world.last_finding()->text;
}}

}}  // namespace
)code";

constexpr const char* of_trial = R"code(// Found by fuzzing {target}: {signature}.
#include <gtest/gtest.h>

#include "fuzz/trial/laboratory.hpp"
#include "fuzz/trial/text.hpp"
{include}
namespace {{

constexpr char input[] = R"({minimal})";

TEST(regression, {name}) {{
  umbra::fuzz::trial trial;
  std::string problem;
  unsigned line = 0;
  ASSERT_TRUE(umbra::fuzz::from_text(input, trial, problem, line)) << problem;
  umbra::fuzz::laboratory laboratory;
{appoint}  EXPECT_TRUE(laboratory.run(trial)) << laboratory.finding().id << ": " << laboratory.finding().text;
}}

}}  // namespace
)code";

}  // namespace

std::string regression_test(const record& r) {
  std::string name = signature_name(r);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  const bool judged = r.id == "unicorn" || r.id == "zydis";
  return fmt::format(fmt::runtime(r.trial ? of_trial : of_program), fmt::arg("target", r.target),
                     fmt::arg("signature", signature(r)), fmt::arg("minimal", r.minimal), fmt::arg("name", name),
                     fmt::arg("include", judged ? "#include \"fuzz/trial/unicorn_judge.hpp\"\n" : ""),
                     fmt::arg("appoint", judged ? "  laboratory.appoint(umbra::fuzz::make_unicorn_judge());\n" : ""));
}

}  // namespace umbra::tools
