// Where triaged findings are kept, a directory each, and how a new one is told from those that are known.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tools/triage/sarif.hpp"

namespace umbra::tools {

class shelf {
 public:
  /// Reads what `place` holds already, and what the directories `known` do; these are only read. A file that is not in
  /// order is told of in `unreadable`, and passed over.
  shelf(std::filesystem::path place, const std::vector<std::filesystem::path>& known);

  struct kept {
    bool fresh = false;           ///< nothing like it was known
    std::filesystem::path where;  ///< its directory
    std::size_t inputs = 0;       ///< that came to it by now
  };
  /// Keeps a finding, or counts its input to a known one; of the two, the smaller minimal input stays.
  kept keep(record);
  /// SARIF of everything that lies in `place`, to `place`/triage.sarif.
  void summarise() const;

  const std::vector<std::string>& unreadable() const { return unreadable_; }

 private:
  struct entry {
    record what;
    std::filesystem::path where;
    bool ours = true;  ///< lies in `place`
  };

  void read(const std::filesystem::path& directory, bool ours);
  static void write(const entry&);

  std::filesystem::path place_;
  std::map<std::string, entry> entries_;  ///< by signature
  std::vector<std::string> unreadable_;
};

}  // namespace umbra::tools
