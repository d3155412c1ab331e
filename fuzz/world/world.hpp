// The world that a program of ops runs in: the core under test on the simulated machine, beside the reference model
// that says what each op must come to, and the checkers that look at the core's state after it.
//
//   world w;
//   if (!w.run(program)) report(*w.last_finding());
//
// Deterministic: the same program gives the same trace(), whatever ran before.
#pragma once

#include <array>
#include <csetjmp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/vcpu/retry_guard.hpp"
#include "core/vmx/cpu.hpp"
#include "fuzz/op.hpp"
#include "fuzz/world/entry_memo.hpp"
#include "fuzz/world/finding.hpp"
#include "fuzz/world/guest_view.hpp"
#include "fuzz/world/holder.hpp"
#include "fuzz/world/observer.hpp"
#include "fuzz/world/outcome.hpp"
#include "fuzz/world/processor_facts.hpp"
#include "fuzz/world/state.hpp"
#include "fuzz/world/table_owners.hpp"
#include "fuzz/world/tally.hpp"
#include "models/invariants/check.hpp"
#include "models/machine/machine.hpp"
#include "models/reference/control_registers.hpp"
#include "models/reference/cpuid.hpp"
#include "models/reference/exits/guest_state.hpp"
#include "models/reference/translation.hpp"

namespace umbra::fuzz {

class loaded_msrs;

class world : private world_state {
 public:
  using world_state::aliases, world_state::slots, world_state::vcpus;

  world();
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  /// Everything new: memory as the scene has it, default slots, both vCPUs in the start mode. What a vCPU cannot have
  /// (long mode without the feature, a pool below the core's minimum) becomes the nearest that it can. False: a
  /// finding.
  bool start(const setup&);
  /// Executes one op in the core and in the model, and checks. False: a finding; nothing more can be stepped.
  bool step(const op&);
  /// Full check, conservation, and now and then teardown. Call it once after the last step, also after a finding (it
  /// then only lets go).
  bool finish();

  /// All of the above. False: a finding.
  bool run(const program&);

  /// Between two ops, while nothing is wrong and no race is armed: saves everything, so that a world of the same
  /// machine can go on from there any number of times.
  class checkpoint;
  void save(checkpoint&);
  /// As start(), with all that was done before the checkpoint. Counted as a program of its own; the ops before the
  /// checkpoint are not counted again.
  void restore(const checkpoint&);

  /// What went wrong first since start(), or null.
  const finding* last_finding() const { return finding_ ? &*finding_ : nullptr; }

  /// With `on`, the full checker runs after every op, not only at the end.
  void check_each(bool on) { check_each_ = on; }
  /// Shows what happens to `o` (null: nobody). Keeps no ownership.
  void watch(observer* o) { observer_ = o; }

  /// A hash over all outcomes since start().
  std::uint64_t trace() const { return trace_; }
  /// Counted since the world was made; `live_pages` is of the last program.
  const tally& counts() const { return tally_; }

  // --- for those who look on ---

  unsigned current() const { return current_; }
  /// Ops stepped since start(), those before a checkpoint included.
  std::size_t done() const { return number_; }
  machine::machine& hardware() { return *machine_; }
  const mmu::mmu& shadow() const { return *mmu_; }
  const vcpu::vcpu& guest(unsigned id) const { return std::as_const(*vcpus_[id]).guest(); }
  const vmx::cpu& cpu(unsigned id) const { return *vcpus_[id]; }
  const reference::registers& registers(unsigned id) const { return registers_[id]; }
  const reference::memory_map& map() const { return map_; }
  const setup& begun_with() const { return setup_; }
  /// Shadow entries that may disagree with the guest's tables for now (writes behind the core's back).
  std::size_t suspended() const { return suspended_.size(); }
  bool suspended(unsigned page, unsigned index) const { return suspended_.covers(page, index); }

 private:
  static constexpr std::uint64_t none = 0, first_edition = 1;
  static constexpr unsigned race_limit = machine::race_schedule::limit;

  /// One page's part of an access.
  struct fragment {
    std::uint64_t gva = 0;
    unsigned bytes = 0;
    reference::translation expected{};  ///< what the tables said before the access
  };
  /// An access, taken apart.
  struct attempt {
    unsigned vcpu = 0;
    unsigned count = 0;  ///< of fragments, 1 or 2
    std::array<fragment, 2> parts{};
    std::uint64_t value = 0;  ///< of a write
    unsigned bytes = 0;
    bool undecodable = false;
    maker made{};
    reference::access by{};
    reference::moment begun = 0;
    reference::moment emulated_from = reference::never;  ///< when the core began to emulate the write
    std::uint64_t last_fault = 0;                        ///< the address of the last page-fault exit
    bool fixed = false;  ///< it ended with a leaf set; else roots were out of date, or the guest raced
    std::array<reference::moment, 2> data{reference::never,
                                          reference::never};  ///< the stores that are the write itself
  };
  /// How one fragment was seen to end.
  struct sighting {
    fuzz::ending ending;
    std::uint64_t error_code = 0, address = 0;  ///< address: guest-physical for `mmio`, host-physical for `done`
  };
  /// The live pages that are no roots, from the one that was not used for longest on.
  struct use_order {
    std::array<std::uint16_t, invariants::workspace::page_limit> pages;
    unsigned count = 0;
  };
  struct armed_race {
    world* self = nullptr;
    op what{};
  };

  // life.cpp
  struct foundation;
  void lay_foundation(unsigned pages, const x86::features&, const machine::image* memory);
  void put_space_back(const holder<memory::space>::image&, std::uint64_t edition);
  void make_vcpu(unsigned id, const x86::features&);
  void learn_owners(unsigned pages);
  bool set_up_vcpu(unsigned id);
  void dismantle();
  void abandon();
  void check_account();
  void expect_taken(std::uint64_t tables, std::uint64_t bytes, std::uint64_t pins);

  // world.cpp
  void perform(const op&);
  void dispatch(const op&);
  static void on_incident(void* self, const machine::incident&);
  void conclude(const op&);
  void report_incidents();
  /// Notes what went wrong, unless something did before; the text is formatted as by printf.
  [[gnu::cold, gnu::format(printf, 3, 4)]] void fail(const char* id, const char* format, ...);
  void mix(std::uint64_t);
  guest_view view() const { return {map_, machine_->memory()}; }
  reference::moment now() const { return machine_->memory().journal().size(); }
  std::uint64_t linear(unsigned vcpu, std::uint64_t gva) const;
  unsigned clipped(unsigned vcpu, std::uint64_t gva, unsigned bytes) const;

  // access.cpp
  void access(const op&);
  void exhaust(const op&);
  attempt begin(unsigned vcpu, const op&, std::uint64_t gva, unsigned bytes) const;
  outcome drive(attempt&);
  bool conclude_exit(attempt&, outcome&, vmx::next);
  bool perform_by_vmm(attempt&, outcome&);
  mmu::outcome write_as_emulator(const attempt&);
  void check_error_code(const attempt&, std::uint64_t gva, std::uint64_t error_code);
  void perform_by_hardware(const attempt&, outcome&);
  bool emulate(attempt&, outcome&);

  // exits.cpp
  void flatten(unsigned vcpu);
  bool in_long_mode(unsigned vcpu) const;
  bool in_64_bit_code(unsigned vcpu) const { return in_long_mode(vcpu) && !narrow_[vcpu]; }
  void pose(unsigned vcpu, const maker&, bool code64);
  void proceed(unsigned vcpu);
  std::uint64_t rip_of(unsigned vcpu) const;
  vmx::next prepare(unsigned vcpu);
  bool enter(unsigned vcpu, ending&);
  bool try_to_enter(unsigned vcpu, ending&);
  void deliver_due(unsigned vcpu);
  void check_injection(unsigned vcpu);
  void check_sent(unsigned vcpu);
  void adopt_sent(unsigned vcpu);
  vmx::next exit(unsigned vcpu, const machine::exit_information&);
  void note_due(unsigned vcpu);

  // entry.cpp
  reference::entry_verdict judge_guest_state(unsigned vcpu);
  reference::entry_verdict judge_entry(unsigned vcpu);
  void expect_same(const reference::entry_verdict& remembered, const reference::entry_verdict& afresh);
  void note_arrival(unsigned vcpu);
  void note_departure(unsigned vcpu);
  void be_strict();
  void judge_preparation(unsigned vcpu, const question& before, bool as_it_was);
  bool enter_judged(unsigned vcpu);
  void refuse_entry(unsigned vcpu, const reference::entry_verdict&);

  // segments_judge.cpp
  void judge_refused_segments(unsigned vcpu);
  void judge_told_segments(unsigned vcpu, const vcpu::segments&);
  void judge_disguised_segments(unsigned vcpu);

  // delivery_judge.cpp
  bool has_to_wake(unsigned vcpu) const;
  void judge_delivery(unsigned vcpu);
  void judge_windows(unsigned vcpu);
  void judge_interrupted_delivery(unsigned vcpu, const machine::exit_information&);
  void judge_iret(unsigned vcpu, const machine::exit_information&, std::uint64_t rip);

  // exit_judge.cpp
  reference::guest_state look_at(unsigned vcpu) const;
  void take_exit(unsigned vcpu, const machine::exit_information&, bool true_to_life);
  void judge_exit(unsigned vcpu, const machine::exit_information&, const reference::guest_state& before,
                  const reference::guest_state& after, bool leaves, const vmx::request&,
                  const reference::pending_events& waiting);
  void judge_hypercall(unsigned vcpu, const reference::guest_state& before, const reference::guest_state& after,
                       bool leaves, const vmx::request&);
  void judge_loaded_msrs(unsigned vcpu, const machine::exit_information&, const reference::guest_state& before,
                         const reference::guest_state& after, const loaded_msrs& then);
  std::array<reference::cpuid_row, 6> cpuid_rows(unsigned vcpu, flag code64) const;
  void expect_registers(unsigned vcpu, const reference::registers& before);
  void follow(unsigned vcpu, const reference::registers&);

  // exit_ops.cpp
  bool ready();
  bool ready_for_paging_op();
  void report_exit(const op&);
  void instruct(const op&);
  void load_general(const op&);
  void leave_in_field(const op&);

  // rescue.cpp
  void rescue(unsigned vcpu);

  // real_mode_ops.cpp
  bool is_protected(unsigned vcpu) const;
  void instruct_in_real_mode(const op&);
  void load_real_segment(unsigned n, std::uint64_t selector);
  void judge_reveal(unsigned vcpu, const vcpu::segments& left);

  // vcpu_ops.cpp
  void set_by_vmm(const op&);
  bool set_control(const op&);
  void set_segments(const vcpu::segments&);
  bool set_other(x86::vmcs, std::uint64_t value);
  bool at_string_io(unsigned vcpu) const;
  bool set_vmm_state(vmm_state, std::uint64_t value);
  void complete(const op&);
  question question_of(unsigned vcpu) const;
  void note_question(unsigned vcpu, const machine::exit_information* why = nullptr);
  void judge_answer(const question& now, std::uint64_t value, unsigned bytes);
  void send(const op&);
  bool bring_out(unsigned vcpu);

  // judge.cpp
  void judge(const attempt&, const outcome&);
  void judge_fragment(const attempt&, const fragment&, const sighting&);
  bool legal(const attempt&, const fragment&, const sighting&);
  bool same(const reference::translation&, const attempt&, const sighting&) const;
  template <class Accept>
  bool some_outcome(const attempt&, const fragment&, Accept&&) const;
  bool writes_own_table(const attempt&) const;
  void judge_retries(const attempt&, const outcome&, unsigned landed);
  void check_accessed_dirty(const attempt&, const outcome&);
  void judge_stores(const attempt&, const outcome&);
  bool due(const attempt&, const machine::stored&) const;

  // recency.cpp
  const mmu::page* leaf_page(unsigned vcpu, std::uint64_t gva) const;
  void judge_recency(const attempt&);
  use_order pages_by_use() const;
  void judge_reclaim(const use_order& before, unsigned wanted, unsigned free);

  // registers.cpp
  void write_register(const op&);
  bool execute_write(const op&, std::uint64_t value, bool code64);
  bool execute(const machine::exit_information&, bool code64);
  bool explained_by_race(const op&, bool taken, reference::moment begun, reference::registers& next,
                         reference::cr_effect&) const;
  bool refuses_switch(std::uint64_t value, bool code64) const;
  bool same_registers(const reference::registers&) const;
  void invalidate_page(const op&);
  void settle_path(std::uint64_t gva, reference::moment begun);
  void expect_no_stores(reference::moment begun, const char* by);

  // vmm.cpp
  void set_slot(const op&);
  void set_alias(const op&);
  void set_log(const op&);
  void read_log(const op&);
  void reclaim(const op&);
  void patch(const op&);
  void poke(const op&);
  bool store_behind(std::uint64_t gpa, std::uint64_t value, unsigned bytes);

  // race.cpp
  void arm(const op&);
  static void land(void* armed);
  void land_by_vcpu(const op&);

  // checks.cpp
  void check();
  bool thorough() const;
  void check_fully();
  std::uint64_t shadow_losses() const;
  std::uint64_t shadow_changes() const;
  bool report(const invariants::violation&);

  // assumptions.cpp
  void check_assumptions();

  template <class F>
  auto with_subject(F&& f);
  void note_stores();
  void note_entries();

  std::unique_ptr<machine::machine> machine_;
  std::unique_ptr<invariants::workspace> workspace_;
  std::vector<std::unique_ptr<foundation>> foundations_;
  std::vector<std::unique_ptr<table_owners>> owners_;  ///< by the size of the pool; those seen so far
  holder<memory::space> space_;
  /// Which content `space_` has: it is large, and only ops that edit slots change it. Every foundation lays the same one.
  std::uint64_t edition_ = none, editions_ = first_edition;
  holder<mmu::mmu> mmu_;
  std::array<holder<vmx::cpu>, vcpus> vcpus_;
  std::array<entry_memo, vcpus> memos_{entry_memo(machine_processor()), entry_memo(machine_processor())};
  std::array<armed_race, race_limit> races_{};
  unsigned armed_ = 0;
  std::optional<finding> finding_;
  bool check_each_ = false;
  observer* observer_ = nullptr;
  tally tally_{};

  // Of the op that is going on.
  std::jmp_buf out_;      ///< where to go on when an assertion in the core fails
  bool in_core_ = false;  ///< out_ may be used
  reference::moment op_begun_ = 0;
  std::uint64_t races_before_ = 0;
  bool effective_ = false;   ///< it did something
  bool executed_ = false;    ///< umbra has executed the guest on the way to the last VM entry
  bool everything_ = false;  ///< it may have changed any shadow entry
  std::vector<invariants::touched_entry> entries_;
  std::vector<invariants::touched_bytes> bytes_;
};

}  // namespace umbra::fuzz
