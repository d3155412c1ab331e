#include "tools/bugs/kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/boot/verdict.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// Under this name in each boot, so that nothing else tells two boots apart.
constexpr const char* load_name = "mutant";

/// Two vCPUs race, so that a bug that changes nothing but how long the module takes to load changes their figures.
bool has_one_vcpu(const figures& all) {
  return std::none_of(all.begin(), all.end(), [](const auto& figure) { return figure.first.starts_with("vcpu1 "); });
}

/// Whether a figure says what was done for a guest, and not when, or how often it was looked at.
bool is_deed(const std::string& figure) {
  static const std::set<std::string> deeds_for_a_vcpu = {
      "cpuid_exits",    "cr_exits",     "exception_exits", "exception_injections", "halt_exits",     "hypercalls",
      "insn_emulation", "invlpg_exits", "io_exits",        "irq_injections",       "nmi_injections", "rdmsr_exits",
      "wrmsr_exits"};
  const std::string of_vcpu = "vcpu0 ";
  if (figure.starts_with(of_vcpu)) return deeds_for_a_vcpu.contains(figure.substr(of_vcpu.size()));
  return figure.starts_with("vm ") && figure != "vm checks";
}

}  // namespace

std::string name_of(kernel_result::answer a) {
  switch (a) {
    case kernel_result::answer::unasked:
      return "unasked";
    case kernel_result::answer::outside:
      return "outside";
    case kernel_result::answer::unreached:
      return "unreached";
    case kernel_result::answer::missed:
      return "missed";
    case kernel_result::answer::noticed:
      return "noticed";
    case kernel_result::answer::broken:
      return "broken";
  }
  return "";
}

std::string other_deed(const std::vector<measured>& clean, const std::vector<measured>& now) {
  for (const auto& [guest, found] : clean) {
    if (!has_one_vcpu(found)) continue;
    const auto same = std::find_if(now.begin(), now.end(), [&](const measured& m) { return m.first == guest; });
    if (same == now.end()) return fmt::format("{} has no figures", guest);
    for (const auto& [name, value] : found) {
      if (!is_deed(name)) continue;
      const auto other = same->second.find(name);
      const std::uint64_t is = other == same->second.end() ? 0 : other->second;
      if (is != value) return fmt::format("{}: {} is {} instead of {}", guest, name, is, value);
    }
  }
  return "";
}

kernel_bench::kernel_bench(fs::path work)
    : work_(std::move(work)), machine_(work_, bochs_request{}), shop_(work_ / "workshop", recipe::module()) {}

kernel_result kernel_bench::boot(const fs::path& module, std::vector<measured>& figures) {
  const auto plan = mutant_loads(load_name, machine_.hardware().processors);
  const bochs_run run = machine_.run(plan, {{plan.front().module, module}}, [](std::string_view) {});
  const journal j(run.said);
  if (!j.up()) return {kernel_result::answer::broken, "", "the kernel did not come up", run.cpu_seconds};
  figures = measurements_of(j, plan);
  const catch_report c = caught(j, plan);
  if (c.words.empty()) return {kernel_result::answer::missed, "", "", run.cpu_seconds};
  return {kernel_result::answer::noticed, c.invariant.empty() ? "guest" : c.invariant, c.words, run.cpu_seconds};
}

kernel_result kernel_bench::look_at_clean() {
  if (!clean_) {
    const fs::path module = work_ / "clean.ko";
    shop_.build_clean(module);
    clean_ = boot(module, clean_figures_);
    if (clean_->is == kernel_result::answer::missed) clean_->is = kernel_result::answer::unreached;
  }
  return *clean_;
}

kernel_result kernel_bench::hunt(const mutant& m) {
  const kernel_result clean = look_at_clean();
  if (is_clean_tree(m)) return clean;
  if (clean.is != kernel_result::answer::unreached) {
    return {kernel_result::answer::broken, "", "umbra.ko is not quiet without a bug", 0};
  }
  const fs::path module = work_ / "mutant.ko";
  if (const auto problem = shop_.build_mutant(m.patch, module)) return {kernel_result::answer::broken, "", *problem, 0};
  if (read_file(module) == read_file(work_ / "clean.ko")) {
    return {kernel_result::answer::outside, "", "umbra.ko has nothing of what the patch changes", 0};
  }
  std::vector<measured> figures;
  kernel_result r = boot(module, figures);
  if (r.is != kernel_result::answer::missed) return r;
  r.words = other_deed(clean_figures_, figures);
  if (r.words.empty()) {
    r.is = kernel_result::answer::unreached;
    r.words = "for each guest of one vCPU umbra did what it does without the bug";
  }
  return r;
}

}  // namespace umbra::tools
