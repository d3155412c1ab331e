#include "tools/corpus/collection.hpp"

#include "fuzz/ops/text.hpp"
#include "fuzz/trial/text.hpp"
#include "tools/cli/tree.hpp"
#include "tools/corpus/content_name.hpp"
#include "tools/triage/gather.hpp"

namespace umbra::tools {

collection collect(const std::vector<std::filesystem::path>& from, const fuzz_target& target) {
  collection all;
  for (const auto& place : from) {
    for (const candidate& c : gather(place, target.name)) {
      ++all.files;
      if (const auto why = unfit(c)) {
        all.problems.push_back(*why);
        continue;
      }
      // Raw bytes stay as they are, though others may mean the same: engines have named them.
      std::string raw = read_file(c.file);
      const bool text = fuzz::is_text(raw) || fuzz::is_trial_text(raw);
      if (text) raw = target.raw_of_file(c.file);
      collected& input = all.inputs[content_name(raw)];
      input.text = input.text || text;
      input.raw = std::move(raw);
      input.files.push_back(c.file);
    }
  }
  return all;
}

}  // namespace umbra::tools
