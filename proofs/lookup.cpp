// T4: slot and alias lookup is the model's, stays within its slot, and cannot overflow.
#include "core/memory/layout.hpp"
#include "models/reference/memory_map.hpp"
#include "models/smt/path.hpp"
#include "proofs/story.hpp"
#include "proofs/theorem.hpp"

namespace umbra::proofs {

namespace {

using memory::alias;
using memory::layout;
using memory::range;
using memory::status;

constexpr std::uint64_t frame_limit = std::uint64_t{1} << 40;

flag is_short(word pages) { return pages <= word{layout::page_limit}; }
/// In exact arithmetic: neither term is large enough for the sum to wrap.
flag ends_in_bounds(gfn base, word pages) {
  return both(base.value <= word{frame_limit}, base.value + pages <= word{frame_limit});
}
/// Some frame lies in both.
flag share_a_frame(gfn a, word a_pages, gfn b, word b_pages) {
  return both(both(a_pages != word{0}, b_pages != word{0}),
              both(a.value < b.value + b_pages, b.value < a.value + a_pages));
}
flag sound(const range& r) {
  return both(is_short(r.pages), either(r.pages == word{0}, ends_in_bounds(r.base, r.pages)));
}
flag sound(const alias& a) {
  return both(is_short(a.pages),
              either(a.pages == word{0}, both(ends_in_bounds(a.base, a.pages), ends_in_bounds(a.target, a.pages))));
}

/// Any slots and aliases that requests can have led to.
layout any_layout(smt::path& p, unsigned count) {
  layout l(count, count);
  const auto frame = [&](const char* name) { return gfn{field(p.any_word(name), 0, 41)}; };
  const auto length = [&](const char* name) {
    const word pages = field(p.any_word(name), 0, 21);
    p.prefer(pages < word{4});
    return pages;
  };
  for (unsigned id = 0; id < count; ++id) {
    const range r{frame("base"), length("pages")};
    const alias a{frame("base"), length("pages"), frame("target")};
    p.assume(both(sound(r), sound(a)));
    for (unsigned other = 0; other < id; ++other) {
      const range& s = l.slot_at(other);
      const alias& o = l.alias_at(other);
      p.assume(negate(share_a_frame(r.base, r.pages, s.base, s.pages)));
      p.assume(negate(share_a_frame(a.base, a.pages, o.base, o.pages)));
    }
    l.set_slot(id, r);
    l.set_alias(id, a);
  }
  return l;
}

/// Any of the ids that there are, and the first that there is not.
unsigned any_id(smt::path& p, unsigned count) {
  const word id = p.any_word("id");
  p.assume(id <= word{count});
  return static_cast<unsigned>(p.value_of(id));
}

/// The slots and aliases of a case, as ops.
void tell_layout(story& s, const layout& l) {
  s.line("slot 0 delete\nslot 1 delete");
  unsigned backing = 0;
  for (unsigned id = 0; id < l.slots(); ++id) backing = s.slot(id, l.slot_at(id), backing);
  for (unsigned id = 0; id < l.aliases(); ++id) s.alias(id, l.alias_at(id));
}

/// What may be accepted leaves the layout as it must be; and no pages remove what is there.
flag may_be(const layout& l, unsigned id, const range& r) {
  flag apart = true;
  for (unsigned other = 0; other < l.slots(); ++other) {
    const range& s = l.slot_at(other);
    if (other != id) apart = both(apart, negate(share_a_frame(r.base, r.pages, s.base, s.pages)));
  }
  return select(r.pages == word{0}, l.slot_at(id).pages != word{0}, both(sound(r), apart));
}

flag may_be(const layout& l, unsigned id, const alias& a) {
  flag apart = true;
  for (unsigned other = 0; other < l.aliases(); ++other) {
    const alias& o = l.alias_at(other);
    if (other != id) apart = both(apart, negate(share_a_frame(a.base, a.pages, o.base, o.pages)));
  }
  return select(a.pages == word{0}, l.alias_at(id).pages != word{0}, both(sound(a), apart));
}

void slot_request(smt::path& p, const unit& u) {
  const layout l = any_layout(p, u.slots);
  const range r{{p.any_word("base")}, p.any_word("pages")};
  p.prefer(r.pages < word{0x1'0000'0000});  // as many as an op can say
  p.prefer(r.pages < word{4});
  unsigned id = 0;
  p.on_case([&](const smt::witness& w, const char* failing) {
    story s(w, "T4", u, failing);
    tell_layout(s, l);
    if (w(r.pages) == 0) {
      s.line("slot " + std::to_string(id) + " delete");
    } else {
      s.slot(id, r, 16);
    }
    return s.text();
  });
  id = any_id(p, u.slots);
  const bool accepted = l.check(id, r) == status::ok;
  if (id == u.slots) {
    p.prove(flag(!accepted), "there are no more slots than there are");
  } else if (accepted) {
    p.prove(may_be(l, id, r),
            "a slot that is accepted is short, ends below the widest physical address and overlaps no other");
  } else {
    p.prove(negate(may_be(l, id, r)), "a slot that is short, in bounds and apart from the others is accepted");
  }
  p.conclude();
}

void alias_request(smt::path& p, const unit& u) {
  const layout l = any_layout(p, u.slots);
  const alias a{{p.any_word("base")}, p.any_word("pages"), {p.any_word("target")}};
  p.prefer(a.pages < word{0x1'0000'0000});
  p.prefer(a.pages < word{4});
  unsigned id = 0;
  p.on_case([&](const smt::witness& w, const char* failing) {
    story s(w, "T4", u, failing);
    tell_layout(s, l);
    if (w(a.pages) == 0) {
      s.line("alias " + std::to_string(id) + " delete");
    } else {
      s.alias(id, a);
    }
    return s.text();
  });
  id = any_id(p, u.slots);
  const bool accepted = l.check_alias(id, a) == status::ok;
  if (id == u.slots) {
    p.prove(flag(!accepted), "there are no more aliases than there are");
  } else if (accepted) {
    p.prove(may_be(l, id, a),
            "an alias that is accepted, and what it shows, are short, in bounds and apart from other aliases");
  } else {
    p.prove(negate(may_be(l, id, a)), "an alias that is short, in bounds and apart from the others is accepted");
  }
  p.conclude();
}

void lookups(smt::path& p, const unit& u) {
  const layout l = any_layout(p, u.slots);
  reference::memory_map model;
  model.slot_count = model.alias_count = u.slots;
  for (unsigned id = 0; id < u.slots; ++id) {
    model.slots[id] = {l.slot_at(id).base.value, l.slot_at(id).pages, word{0}, false, false};
    model.aliases[id] = {l.alias_at(id).base.value, l.alias_at(id).pages, l.alias_at(id).target.value};
  }
  const gfn frame{field(p.any_word("frame"), 0, 40)};
  p.on_case([&](const smt::witness& w, const char* failing) {
    story s(w, "T4", u, failing);
    tell_layout(s, l);
    s.patch(w(frame.value) << page_shift, 8, 0x5a);
    return s.text();
  });
  const gfn canonical = l.canonical(frame);
  p.prove(canonical.value < word{frame_limit}, "what an alias shows is a frame");
  const memory::position at = l.locate(canonical);
  const reference::memory_map::answer due = model.find(frame.value);
  p.prove(flag(at.found == due.backed), "memory is where the model says");
  p.prove(canonical.value == due.canonical, "an alias is resolved as the model says");
  if (at.found) {
    p.prove(flag(at.slot == due.slot), "the slot is the model's");
    p.prove(at.page == due.host_frame, "the page of the slot is the model's");
    p.prove(at.page < l.slot_at(at.slot).pages, "the page lies in its slot");
    p.prove(l.slot_at(at.slot).base.value + at.page == canonical.value, "the page is the frame's");
  }
  p.conclude();
}

void body(smt::path& p, const unit& u) {
  if (p.any_flag("a slot is requested")) {
    slot_request(p, u);
  } else if (p.any_flag("an alias is requested")) {
    alias_request(p, u);
  } else {
    lookups(p, u);
  }
}

constexpr const char* assumptions[] = {
    "Frame numbers are below 2^40: the widest physical address has 52 bits, and core and model cut entries to that.",
};
constexpr const char* production[] = {"core/memory/layout.cpp"};

std::vector<unit> units(tier t) {
  std::vector<unit> all;
  for (const unsigned count : {1u, 4u, 8u}) {
    if (t == tier::quick && count == 8) continue;
    unit u;
    u.slots = count;
    all.push_back(u);
  }
  return all;
}

}  // namespace

extern const theorem lookup_theorem{
    "T4",
    "lookup",
    "For any slots and aliases that requests are accepted for: the lookup of any guest frame is the model's and stays "
    "within its slot, and exactly those requests are accepted that keep them short, in bounds and apart.",
    assumptions,
    production,
    units,
    body,
};

}  // namespace umbra::proofs
