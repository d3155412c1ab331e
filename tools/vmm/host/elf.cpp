#include "tools/vmm/host/elf.hpp"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace umbra::vmm {
namespace {

template <class T>
T read(std::span<const std::byte> file, std::size_t at) {
  if (at > file.size() || file.size() - at < sizeof(T)) throw std::runtime_error("the program is cut short");
  T value;
  std::memcpy(&value, file.data() + at, sizeof value);
  return value;
}

template <class Header, class Segment>
std::uint32_t load(std::span<const std::byte> file, std::span<std::byte> memory) {
  const auto header = read<Header>(file, 0);
  for (unsigned n = 0; n < header.e_phnum; ++n) {
    const auto s = read<Segment>(file, header.e_phoff + std::size_t{n} * header.e_phentsize);
    if (s.p_type != PT_LOAD) continue;
    if (s.p_paddr > memory.size() || s.p_memsz > memory.size() - s.p_paddr || s.p_filesz > s.p_memsz)
      throw std::runtime_error("the program does not fit into the guest's memory");
    if (s.p_offset > file.size() || s.p_filesz > file.size() - s.p_offset)
      throw std::runtime_error("the program is cut short");
    std::memcpy(memory.data() + s.p_paddr, file.data() + s.p_offset, s.p_filesz);
    std::memset(memory.data() + s.p_paddr + s.p_filesz, 0, s.p_memsz - s.p_filesz);
  }
  return static_cast<std::uint32_t>(header.e_entry);
}

}  // namespace

std::uint32_t load_program(const std::string& path, std::span<std::byte> memory) {
  std::ifstream in{path, std::ios::binary};
  if (!in) throw std::runtime_error("cannot read " + path);
  const std::vector<char> raw{std::istreambuf_iterator<char>{in}, {}};
  const auto file = std::as_bytes(std::span{raw});
  if (file.size() < EI_NIDENT || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0)
    throw std::runtime_error(path + " is not an ELF program");
  if (raw[EI_CLASS] == ELFCLASS64) return load<Elf64_Ehdr, Elf64_Phdr>(file, memory);
  return load<Elf32_Ehdr, Elf32_Phdr>(file, memory);
}

}  // namespace umbra::vmm
