// Unicorn (QEMU's TCG) as an engine, with paging off.
#pragma once

#include <memory>

#include "fuzz/emulator/engine.hpp"

namespace umbra::emucheck {

/// What an instance finds around it.
struct unicorn_setting {
  bool aliases = true;  ///< memory shows at alias32 and alias64, too
  std::uint16_t gdt_limit = gdt_bytes - 1;
  std::uint64_t ldt_at = 0;
  std::uint32_t ldt_limit = 0;  ///< 0: there is no LDT
};

class unicorn_engine {
 public:
  explicit unicorn_engine(unsigned bits, const unicorn_setting& = {});
  ~unicorn_engine();

  /// `watch`: outcome::reads_code is wanted.
  outcome run(const specimen&, bool watch = false);
  ram_image& ram();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace umbra::emucheck
