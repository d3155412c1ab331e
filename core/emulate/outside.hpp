// An instruction's way to memory and devices: segmentation, paging, and effects that wait until the instruction is
// certain to complete.
//
// A function that returns false has stopped the instruction, and `stopped` says how.
#pragma once

#include "core/emulate/environment.hpp"
#include "core/emulate/result.hpp"
#include "core/emulate/store.hpp"
#include "core/emulate/transcript.hpp"
#include "core/io/bus.hpp"
#include "core/vcpu/vcpu.hpp"

namespace umbra::emulate {

/// Where the bytes of an operand are: one run of guest-physical memory, or two if it straddles a page boundary.
struct extent {
  gpa first{}, second{};
  unsigned bytes = 0;
  unsigned here = 0;  ///< of them from `first` on
};

/// `bytes` of an extent, from its byte `at` on.
extent part_of(const extent&, unsigned at, unsigned bytes);

class outside {
 public:
  enum class intent : unsigned char { read, write };

  outside(vcpu::vcpu& cpu, io::bus& bus) : cpu_(cpu), bus_(bus) {}

  /// Another instruction starts: nothing is known and nothing is wanted.
  void start(const environment&);
  /// The same instruction starts again, with what has been learnt.
  void restart();

  /// Appends bytes at RIP + code.count, at least one, and no further than this page.
  bool fetch(code_bytes& code);

  // --- finding operands ---

  /// Checks an access of 1 to 16 bytes at segment:offset, and translates it. `aligned`: what #AC asks for, at most
  /// `bytes`.
  bool find(vcpu::segment_name, word offset, unsigned bytes, intent, extent&, unsigned aligned = 0);
  /// Translates an access that the processor makes by itself, to a descriptor table or the like (SDM 4.6.1: implicit).
  bool find_implicit(gva where, unsigned bytes, intent, extent&);
  /// Checks segmentation alone.
  bool check(vcpu::segment_name, word offset, unsigned bytes, intent, gva&);
  /// Whether a near branch may go to an offset in CS.
  bool check_target(word offset);

  // --- reading now, writing later ---

  /// Reads 1 to 8 bytes; of memory with what this instruction is to write there.
  bool read(const extent&, word& value);
  void write(const extent&, word value);
  /// A write that takes place only if memory still holds `expected` then: else the instruction starts again.
  void exchange(const extent&, word expected, word desired);
  /// The same for 16 bytes at a multiple of 16.
  void exchange(const extent&, const mmu::word_pair& expected, const mmu::word_pair& desired);
  bool input(word port, unsigned bytes, word& value);
  void output(word port, unsigned bytes, word value);

  // Runs of items that string instructions move between a port and one page of memory. They pass through request.data.

  /// Asks a port for `count` items, more than one; fewer may come.
  bool input_items(word port, unsigned bytes, unsigned& count);
  /// Wants them in memory, the first at `first`.
  void write_items(gpa first, unsigned bytes, unsigned count, bool down);
  /// Wants items that lie in memory at a port. False, and nothing done: it is no memory.
  bool output_items(word port, gpa first, unsigned bytes, unsigned count, bool down);

  /// Performs what was to be written, from where it stopped the last time.
  bool perform();

  // --- userspace ---

  /// Meaningful while `stopped.next` is `device`.
  io::request request{};
  /// Userspace has answered `request`.
  void answered();
  /// Asks userspace for `request`.
  bool ask();

  /// Whether anything has been performed already, so that the instruction must not start again.
  bool performing() const { return performing_; }

  result stopped{};

  bool fault(x86::exception);
  bool fault(x86::exception, word code);

  transcript learnt{};
  vcpu::vcpu& cpu() { return cpu_; }
  io::bus& bus() { return bus_; }

 private:
  bool canonical(vcpu::segment_name, gva, unsigned bytes);
  bool limits(vcpu::segment_name, word offset, unsigned bytes, intent);
  bool translate(gva, const mmu::access&, gpa&);
  bool locate(gva, unsigned bytes, const mmu::access&, extent&);
  bool read_run(gpa, unsigned bytes, word& value);
  word overlaid(gpa, word value, unsigned bytes) const;
  void add(const extent&, store_kind, word expected, word value);
  bool perform(const store&);
  bool device_write(io::space, word address, unsigned bytes, word value);
  void store_items(const store&);
  bool send_items(const store&);
  void describe(io::space, bool write, word address, unsigned bytes, unsigned count);

  vcpu::vcpu& cpu_;
  io::bus& bus_;
  environment env_{};
  store_list wanted_{};
  unsigned performed_ = 0;
  bool performing_ = false;
};

}  // namespace umbra::emulate
