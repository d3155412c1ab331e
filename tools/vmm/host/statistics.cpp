#include "tools/vmm/host/statistics.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <system_error>

namespace umbra::vmm {
namespace {

/// What comes before a name. (In C++ the structure is longer: the name stands behind an empty one.)
constexpr std::size_t description = offsetof(kvm_stats_desc, bucket_size) + sizeof(kvm_stats_desc::bucket_size);

void read_at(const descriptor& fd, void* to, std::size_t bytes, std::size_t at) {
  const ssize_t got = pread(*fd, to, bytes, static_cast<off_t>(at));
  if (got < 0) throw std::system_error(errno, std::generic_category(), "reading statistics");
  if (got != static_cast<ssize_t>(bytes)) throw std::runtime_error("statistics are cut short");
}

}  // namespace

counters read_statistics(const descriptor& file) {
  const descriptor fd{request(file, KVM_GET_STATS_FD, 0ul, "opening statistics")};
  kvm_stats_header header;
  read_at(fd, &header, sizeof header, 0);
  counters all;
  std::vector<char> name(header.name_size + 1);
  for (unsigned n = 0; n < header.num_desc; ++n) {
    const std::size_t at = header.desc_offset + n * (description + header.name_size);
    kvm_stats_desc each;
    read_at(fd, &each, description, at);
    read_at(fd, name.data(), header.name_size, at + description);
    std::uint64_t value = 0;
    read_at(fd, &value, sizeof value, header.data_offset + each.offset);
    all.emplace_back(name.data(), value);
  }
  return all;
}

}  // namespace umbra::vmm
