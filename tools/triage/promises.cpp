#include "tools/triage/promises.hpp"

#include <utility>

namespace umbra::tools {

namespace {

constexpr std::pair<std::string_view, std::string_view> meanings[] = {
    {"I1", "Containment: every leaf maps exactly the host frame that slot lookup gives, and no other memory."},
    {"I2", "Soundness: every shadow entry agrees with the guest entry that it stands for, and grants nothing more."},
    {"I3", "Write protection: no leaf maps writable a frame that backs a live shadow page."},
    {"I4", "Dirty log: while a slot is logged, a writable leaf implies the dirty bit, and every write counts."},
    {"I5", "Reverse map: it lists exactly the leaves that map a frame."},
    {"I6", "Parents: a page's parent links are exactly the entries that point at it."},
    {"I7a", "Child: a link leads to a live page with the frame and role that the entry was linked for."},
    {"I7b", "Child: that frame and role are what the guest's entry implies now."},
    {"I8", "Uniqueness: one live page for a frame and role; hash, lists and counters agree."},
    {"I9", "Accessed and dirty: what is mapped is marked accessed, and what is writable dirty, in the guest's tables."},
    {"I10", "Roots: a root is live while it is loaded; no page is freed that something refers to."},
    {"I11", "TLB: no cached translation outlives an operation that must remove it."},
    {"I12", "Resources: caches never run dry, what was taken is given back."},
    {"I13", "Progress: each instruction completes within a fixed number of exits."},
    {"I14", "Entry: the state that the core enters the guest with is a valid one."},
    {"I15", "Control registers: reads, writes and faults are as the manual says."},
    {"I16", "Exits: each exit resumes, injects or leaves with its reason; no event is lost or doubled."},
    {"outcome", "An access ended as the guest's tables do not allow."},
    {"memory", "Guest memory changed where nothing was due, or the process took more memory than it may."},
    {"status", "The VMM's interface answered wrongly."},
    {"assertion", "An assertion of the core's own does not hold."},
    {"incident", "The core did what a host would not survive."},
    {"clean", "An instruction that does not complete changes nothing."},
    {"state", "Registers hold what a processor could hold."},
    {"rights", "Nothing is written that segments and tables do not allow."},
    {"user", "User code changes nothing that is the system's."},
    {"progress", "An instruction ends."},
    {"device", "A device gives the same end as memory, and is asked for nothing twice."},
    {"steps", "Items one by one come to the same as all at once."},
    {"repair", "An instruction that faults and goes on ends as if it had not."},
    {"atomic", "A locked instruction happens before or after another's write."},
    {"unicorn", "Unicorn executes the same."},
    {"zydis", "Zydis decodes the same."},
    {"sanitizer", "A sanitizer found undefined behaviour or a wrong access to memory."},
    {"crash", "The process died."},
    {"timeout", "The input does not end."},
    {"leak", "The process did not give all its memory back."},
};

}  // namespace

std::string meaning_of(std::string_view id) {
  for (const auto& [name, meaning] : meanings) {
    if (name == id) return std::string(meaning);
  }
  return std::string(id);
}

}  // namespace umbra::tools
