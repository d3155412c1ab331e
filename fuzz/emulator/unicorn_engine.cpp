#include "fuzz/emulator/unicorn_engine.hpp"

#include <unicorn/unicorn.h>

#include <stdexcept>
#include <string>

#include "core/x86/exception.hpp"

namespace umbra::emucheck {

namespace {

void must(uc_err e, const char* what) {
  if (e != UC_ERR_OK) throw std::runtime_error(std::string("Unicorn cannot ") + what + ": " + uc_strerror(e));
}

constexpr unsigned widest_operand = 16;  ///< bytes

constexpr int wide[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
                        UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                        UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
constexpr int narrow[] = {UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX, UC_X86_REG_EBX,
                          UC_X86_REG_ESP, UC_X86_REG_EBP, UC_X86_REG_ESI, UC_X86_REG_EDI};
constexpr int segments[] = {UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS, UC_X86_REG_DS, UC_X86_REG_FS, UC_X86_REG_GS};

/// One instance of Unicorn. Hooks and translations of one that counts instructions do not mix with those of one that
/// does not, so each specimen goes to the instance of its kind.
class instance {
 public:
  instance(unsigned bits, ram_image& ram, const unicorn_setting& around, bool counts) : bits_(bits), counts_(counts) {
    must(uc_open(UC_ARCH_X86, bits == 16 ? UC_MODE_16 : bits == 32 ? UC_MODE_32 : UC_MODE_64, &uc_), "start");
    map(ram, 0);
    if (around.aliases && bits != 16) map(ram, alias32);
    if (around.aliases && bits == 64) map(ram, alias64);
    add_hook(UC_HOOK_INTR, reinterpret_cast<void*>(on_interrupt));
    add_hook(UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(on_invalid));
    add_hook(UC_HOOK_MEM_INVALID, reinterpret_cast<void*>(on_nowhere));
    add_hook(UC_HOOK_INSN, reinterpret_cast<void*>(on_input), UC_X86_INS_IN);
    add_hook(UC_HOOK_INSN, reinterpret_cast<void*>(on_output), UC_X86_INS_OUT);
    if (bits != 16) {
      write_descriptors(ram, bits);
      uc_x86_mmr gdt{.selector = 0, .base = gdt_at, .limit = around.gdt_limit, .flags = 0};
      must(uc_reg_write(uc_, UC_X86_REG_GDTR, &gdt), "set GDTR");
      if (around.ldt_limit != 0) {
        uc_x86_mmr ldt{.selector = 0x50, .base = around.ldt_at, .limit = around.ldt_limit, .flags = 0x8200};
        must(uc_reg_write(uc_, UC_X86_REG_LDTR, &ldt), "set LDTR");
      }
      for (unsigned n = 0; n < 6; ++n) set_segment(n, protected_selector(n));
    }
    must(uc_context_alloc(uc_, &fresh_), "keep its state");
    must(uc_context_save(uc_, fresh_), "keep its state");
  }
  ~instance() {
    uc_context_free(fresh_);
    uc_close(uc_);
  }
  instance(const instance&) = delete;
  instance& operator=(const instance&) = delete;

  outcome run(const specimen& s, bool watch) {
    now_ = {};
    load(s.before);
    const std::uint64_t at = s.code_at();
    // Code is written behind Unicorn's back; and where it is to stop must not have been translated as code before.
    uc_ctl_remove_cache(uc_, at, at + s.length + 1);
    uc_hook watching = 0;
    if (watch) {
      must(uc_hook_add(uc_, &watching, UC_HOOK_MEM_READ, reinterpret_cast<void*>(on_code_read), this,
                       at - (widest_operand - 1), at + s.length - 1),
           "watch code");
    }
    const uc_err e =
        counts_ ? uc_emu_start(uc_, at, ~std::uint64_t{0}, 0, 1) : uc_emu_start(uc_, at, at + s.length, 0, 0);
    if (watch) uc_hook_del(uc_, watching);
    if (now_.kind == outcome_kind::other && (e == UC_ERR_OK || e == UC_ERR_FETCH_UNMAPPED))
      now_.kind = outcome_kind::done;
    now_.after = state();
    // Stopped by its count, Unicorn gives the linear address.
    if (bits_ == 16 && counts_ && now_.kind == outcome_kind::done && e == UC_ERR_OK) {
      now_.after.rip -= std::uint64_t{now_.after.selector[1]} << 4;
    }
    // Segments that were loaded have hidden parts, and an exception that nobody has delivered would make the next one a
    // double fault.
    bool touched = now_.kind != outcome_kind::done;
    for (unsigned n = 0; n < 6 && bits_ != 16; ++n)
      touched = touched || now_.after.selector[n] != protected_selector(n);
    if (touched) uc_context_restore(uc_, fresh_);
    return std::move(now_);
  }

 private:
  void map(ram_image& ram, std::uint64_t at) {
    must(uc_mem_map_ptr(uc_, at, ram_bytes, UC_PROT_ALL, ram.data()), "map memory");
  }

  template <class... Extra>
  void add_hook(int kind, void* function, Extra... extra) {
    uc_hook handle;
    must(uc_hook_add(uc_, &handle, kind, function, this, 1, 0, extra...), "add a hook");
  }

  static outcome& of(void* self) { return static_cast<instance*>(self)->now_; }

  static void on_interrupt(uc_engine* uc, std::uint32_t number, void* self) {
    of(self).kind = outcome_kind::interrupt;
    of(self).vector = number;
    uc_emu_stop(uc);
  }
  static bool on_invalid(uc_engine*, void* self) {
    of(self).kind = outcome_kind::fault;
    of(self).vector = static_cast<unsigned>(x86::exception::undefined);
    return false;
  }
  static void on_code_read(uc_engine*, uc_mem_type, std::uint64_t, int, std::int64_t, void* self) {
    of(self).reads_code = true;
  }
  static bool on_nowhere(uc_engine*, uc_mem_type type, std::uint64_t, int, std::int64_t, void* self) {
    // Looking ahead to a branch's target is not the instruction's doing.
    if (type != UC_MEM_FETCH_UNMAPPED) of(self).kind = outcome_kind::nowhere;
    return false;
  }
  static std::uint32_t on_input(uc_engine*, std::uint32_t port, int, void* self) {
    return port_value(static_cast<std::uint16_t>(port), of(self).inputs++);
  }
  static void on_output(uc_engine*, std::uint32_t port, int bytes, std::uint32_t value, void* self) {
    of(self).outputs.push_back({static_cast<std::uint16_t>(port), static_cast<std::uint8_t>(bytes), value});
  }

  unsigned registers() const { return bits_ == 64 ? 16 : 8; }
  int* ids() const { return const_cast<int*>(bits_ == 64 ? wide : narrow); }

  void set_segment(unsigned n, std::uint64_t value) { must(uc_reg_write(uc_, segments[n], &value), "set a segment"); }

  void load(const cpu_state& b) {
    std::array<std::uint64_t, 16> values = b.gpr;
    std::array<void*, 16> at{};
    for (unsigned n = 0; n < 16; ++n) at[n] = &values[n];
    must(uc_reg_write_batch(uc_, ids(), at.data(), static_cast<int>(registers())), "set registers");
    std::uint64_t flags = b.rflags, fs = b.fs_base, gs = b.gs_base;
    must(uc_reg_write(uc_, UC_X86_REG_EFLAGS, &flags), "set flags");
    if (bits_ == 16) {
      for (unsigned n = 0; n < 6; ++n) set_segment(n, b.selector[n]);
      return;
    }
    if (bits_ == 64) {
      must(uc_reg_write(uc_, UC_X86_REG_FS_BASE, &fs), "set FS");
      must(uc_reg_write(uc_, UC_X86_REG_GS_BASE, &gs), "set GS");
    }
  }

  cpu_state state() {
    cpu_state a;
    std::array<void*, 16> at{};
    for (unsigned n = 0; n < 16; ++n) at[n] = &a.gpr[n];
    must(uc_reg_read_batch(uc_, ids(), at.data(), static_cast<int>(registers())), "read registers");
    uc_reg_read(uc_, UC_X86_REG_EFLAGS, &a.rflags);
    uc_reg_read(uc_, bits_ == 64 ? UC_X86_REG_RIP : bits_ == 32 ? UC_X86_REG_EIP : UC_X86_REG_IP, &a.rip);
    for (unsigned n = 0; n < 6; ++n) uc_reg_read(uc_, segments[n], &a.selector[n]);
    return a;
  }

  unsigned bits_;
  bool counts_;
  uc_engine* uc_ = nullptr;
  uc_context* fresh_ = nullptr;
  outcome now_;
};

}  // namespace

struct unicorn_engine::parts {
  parts(unsigned bits, const unicorn_setting& around) : bits(bits), around(around) {}

  struct alignas(4096) aligned_image {
    ram_image ram;
  };

  unsigned bits;
  unicorn_setting around;
  std::unique_ptr<aligned_image> image = std::make_unique<aligned_image>();
  instance single{bits, image->ram, around, true};
  instance repeated{bits, image->ram, around, false};  ///< a repeated string instruction would count once an item
};

unicorn_engine::unicorn_engine(unsigned bits, const unicorn_setting& s) : parts_(std::make_unique<parts>(bits, s)) {}
unicorn_engine::~unicorn_engine() = default;

ram_image& unicorn_engine::ram() { return parts_->image->ram; }

outcome unicorn_engine::run(const specimen& s, bool watch) {
  return (s.repeats ? parts_->repeated : parts_->single).run(s, watch);
}

}  // namespace umbra::emucheck
