// Runs trials and holds the emulator to its promises.
#pragma once

#include <memory>

#include "fuzz/emulator/engine.hpp"
#include "fuzz/trial/finding.hpp"
#include "fuzz/trial/performance.hpp"
#include "fuzz/world/tally.hpp"
#include "models/invariants/check.hpp"

namespace umbra::fuzz {

/// Somebody else who knows how instructions behave.
class judge {
 public:
  virtual ~judge() = default;
  /// Before the instruction is executed: what the judge makes of it. Returns whether it can say anything.
  virtual bool consider(const trial&, const emucheck::specimen&, const emucheck::ram_image&) = 0;
  /// Afterwards: what is wrong, or "". `id` says which promise.
  virtual std::string object(const emucheck::outcome& ours, const emucheck::ram_image&, const char*& id) = 0;
  /// What somebody else's processor made of the trial that was considered last. Null: it was not asked, and `why` says
  /// in a clause why it cannot be.
  virtual const emucheck::outcome* opinion(std::string& why) const = 0;
};

class laboratory {
 public:
  laboratory();
  ~laboratory();

  /// Asked about trials that want it. None at first.
  void appoint(std::unique_ptr<judge>);

  /// False: there is a finding.
  bool run(const trial&);
  const trial_finding& finding() const { return finding_; }
  /// Of the judge, about the last trial. Null: it was not asked, or cannot say; then `why` tells.
  const emucheck::outcome* opinion(std::string& why) const;
  const tally& counts() const { return tally_; }

  /// What the last trial came to, for those who show it.
  const performance& first_performance() const { return first_; }
  /// The same, as engines tell it.
  emucheck::outcome first_outcome() const;
  const vcpu::register_set& registers_before() const { return before_; }

 private:
  struct equipment;

  [[gnu::format(printf, 3, 4)]] bool fail(const char* id, const char* format, ...);
  bool quiet();
  void prepare(const trial&);
  void bound_count(const trial&);
  bool begin(guest&, const trial&, const vcpu::register_set&);
  void perform(guest&, emulate::emulator&, performance&);
  bool check_first(const trial&);
  bool check_clean(const trial&);
  bool check_state(const trial&);
  bool check_rights(const trial&);
  bool check_user(const trial&);
  bool check_aftermath(const trial&);
  bool check_target();
  bool check_shadow(const trial&);
  bool check_ports(const trial&);
  bool unchanged(const char* id, const performance&, const trial&);
  bool comparable(const performance&) const;
  bool same(const char* id, const performance&, const performance& wanted);

  bool ask_judge(const trial&);
  bool hear_judge();

  bool through_device(const trial&);
  bool through_steps(const trial&);
  bool through_repair(const trial&);
  bool through_race(const trial&);
  bool shadow_tables(const trial&);
  bool through_shadows(const trial&);

  std::unique_ptr<equipment> kit_;
  std::unique_ptr<judge> judge_;
  trial_finding finding_;
  tally tally_;
  vcpu::register_set before_;
  performance first_, other_, third_;
  std::size_t mark_ = 0;  ///< the journal's length once memory is prepared
  std::uint64_t code_at_ = 0;
  trial_mode mode_{};
  bool judged_ = false;
};

}  // namespace umbra::fuzz
