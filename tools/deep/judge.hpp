// Judges a snapshot for every address and access at once.
//
// The machine's state is concrete; the linear address, who accesses, and how are symbolic. Hardware's walk of the
// shadow tables and the guest's walk of its own are both the reference model's.
#pragma once

#include "models/smt/explorer.hpp"
#include "tools/deep/snapshot.hpp"

namespace umbra::tools {

/// The question about one of the snapshot's vCPUs. `s` must outlive the subject. A case that refutes is told with its
/// address, the access and both walks.
smt::subject every_access_of(const snapshot& s, std::size_t vcpu);

}  // namespace umbra::tools
