// The host of the symbolic build: core/platform with guest memory that holds anything and a processor that only notes
// what it was told.
#pragma once

#include <map>
#include <vector>

#include "core/memory/frame.hpp"
#include "core/platform/platform.hpp"
#include "models/smt/guest_memory.hpp"
#include "models/smt/lookup.hpp"
#include "models/smt/path.hpp"

namespace umbra::platform {

/// Lives as long as one run of a path.
struct host {
  host(smt::path& p, smt::guest_memory::kind k, unsigned entry_bytes) : path(p), memory(p, k, entry_bytes), space(p) {}

  smt::path& path;
  smt::guest_memory memory;
  smt::address_space space;

  /// The table in a host frame, or null.
  const table* table_at(std::uint64_t frame) const;
  flag is_table(word frame) const;
  /// Whether a frame is one of those whose tables have anything in them.
  flag is_used_table(word frame) const;
  table* new_table(std::uint64_t first_frame);
  hpa address_of(const table*) const;

  std::map<x86::vmcs, word> vmcs;
  unsigned flushes = 0, remote_flushes = 0;
  bool locked = false;

  /// Whether a lookup explores if its frame is one of those that are known. Without, each lookup has a record of its
  /// own.
  bool tells_frames_apart = true;

  /// Dirty logs: any at all may run, and any frame may be in them or not.
  void mark_dirty(const memory::frame&);
  flag needs_dirty(const memory::frame&);
  /// Whether every log that shows the frame has it, as far as the core has asked or told.
  flag is_logged(hfn) const;
  /// Frames that were marked, in order.
  std::vector<const memory::frame*> dirtied;

 private:
  struct placed_table {
    table* at;
    std::uint64_t frame;
  };
  std::vector<placed_table> tables_;
  struct logged {
    const memory::frame* frame;
    flag needs;  ///< some log that shows it does not have it yet
  };
  std::vector<logged> logs_;
};

}  // namespace umbra::platform
