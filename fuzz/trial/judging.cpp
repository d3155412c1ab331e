// How a judge is asked.
#include <algorithm>

#include "fuzz/trial/equipment.hpp"
#include "fuzz/trial/reading.hpp"

namespace umbra::fuzz {

namespace {

emucheck::outcome outcome_of(const performance& p) {
  using emucheck::outcome_kind;
  using emulate::verdict;
  emucheck::outcome o;
  switch (p.last.next) {
    case verdict::done:
      o.kind = outcome_kind::done;
      break;
    case verdict::halted:
      o.kind = outcome_kind::halted;
      break;
    case verdict::fault:
      o.kind = outcome_kind::fault;
      o.vector = static_cast<unsigned>(p.last.event.vector);
      break;
    case verdict::interrupt:
      o.kind = outcome_kind::interrupt;
      o.vector = static_cast<unsigned>(p.last.number);
      break;
    default:
      break;
  }
  o.after = emucheck::state_of(p.after);
  for (const device_item& i : p.items) {
    if (i.space != io::space::port) {
      o.kind = outcome_kind::nowhere;
    } else if (i.write) {
      o.outputs.push_back({static_cast<std::uint16_t>(i.address), static_cast<std::uint8_t>(i.bytes),
                           static_cast<std::uint32_t>(i.value)});
    }
  }
  o.inputs = p.inputs;
  return o;
}

const emucheck::ram_image& image_of(const machine::machine& m) {
  return *reinterpret_cast<const emucheck::ram_image*>(m.memory().frame(0));
}

}  // namespace

bool laboratory::ask_judge(const trial& t) {
  const reading& r = kit_->read;
  emucheck::specimen s;
  s.bits = code_mode_of(t.mode).bits;
  s.operand_bytes = r.insn.operand_bytes;
  s.length = r.how == emulate::decoding::complete ? r.insn.length : t.length;
  const auto code = image_of(kit_->host).begin() + static_cast<std::ptrdiff_t>(code_at_);
  std::copy_n(code, s.code.size(), s.code.begin());
  s.repeats = r.repeats;
  s.before = emucheck::state_of(before_);
  return judge_->consider(t, s, image_of(kit_->host));
}

bool laboratory::hear_judge() {
  if (first_.stuck) return true;
  ++tally_.checks;
  const char* id = promise::unicorn;
  const std::string text = judge_->object(first_outcome(), image_of(kit_->host), id);
  return text.empty() || fail(id, "%s", text.c_str());
}

emucheck::outcome laboratory::first_outcome() const { return outcome_of(first_); }

const emucheck::outcome* laboratory::opinion(std::string& why) const {
  if (judged_) return judge_->opinion(why);
  why = "the trial ended before anybody was asked";
  return nullptr;
}

}  // namespace umbra::fuzz
