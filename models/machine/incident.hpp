// What the machine has to say against the core: things that a real host would crash on, corrupt memory by, or sleep in.
//
// An incident is recorded, not fatal, so that the harness can name it and keep the input. The machine goes on in a
// defined way after each.
#pragma once

#include <array>
#include <cstdint>

namespace umbra::machine {

enum class incident_kind : std::uint8_t {
  assertion,        ///< UMBRA_ASSERT in the core does not hold
  bad_address,      ///< the core touched memory that is not the VM's, or that it has not pinned
  bad_access,       ///< wrong size or alignment
  bad_release,      ///< release of what was not allocated, or twice; unpin without pin
  lock_discipline,  ///< recursion, unlock without lock, something that may sleep under the lock
  vm_entry,         ///< VM entry would fail, or would run the guest under the wrong controls
  walk,             ///< the processor was led to a table that is not one
  escape,           ///< a guest access went through to memory that is not the VM's, or no longer
  flush,            ///< a flush that does not reach the processor that needs it
  vmcs,             ///< a VMCS was written while its vCPU ran
};

const char* name_of(incident_kind);

struct incident {
  incident_kind kind{};
  char text[200]{};
};

class incident_log {
 public:
  static constexpr unsigned kept = 8;
  using handler = void (*)(void* context, const incident&);

  /// Records an incident; the text is formatted as by printf.
  [[gnu::cold, gnu::format(printf, 3, 4)]] void report(incident_kind, const char* format, ...);

  /// How many since the last clear(). The first `kept` of them have texts.
  unsigned count() const { return count_; }
  const incident& at(unsigned n) const { return incidents_[n]; }
  void clear() { count_ = 0; }

  /// Called at each incident, at the place where it happens (to print, or to stop a debugger). Stays across clear().
  void on_incident(handler h, void* context) { handler_ = h, context_ = context; }

 private:
  std::array<incident, kept> incidents_{};
  unsigned count_ = 0;
  handler handler_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace umbra::machine
