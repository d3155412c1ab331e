// Programs that a VMM is given, good and bad.
#include "tools/vmm/host/elf.hpp"

#include <elf.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace umbra::vmm {
namespace {

using ::testing::HasSubstr;

class elf : public ::testing::Test {
 protected:
  elf() : memory_(0x4000, std::byte{0xff}) {
    std::memcpy(header_.e_ident, ELFMAG, SELFMAG);
    header_.e_ident[EI_CLASS] = ELFCLASS64;
    header_.e_entry = 0x1010;
    header_.e_phoff = sizeof header_;
    header_.e_phnum = 1;
    header_.e_phentsize = sizeof segment_;
    segment_.p_type = PT_LOAD;
    segment_.p_offset = sizeof header_ + sizeof segment_;
    segment_.p_paddr = 0x1000;
    segment_.p_filesz = 4;
    segment_.p_memsz = 8;
  }
  ~elf() override { std::filesystem::remove(path_); }

  std::uint32_t load(std::size_t cut = 0) {
    std::vector<char> file(sizeof header_ + sizeof segment_ + 4, 'x');
    std::memcpy(file.data(), &header_, sizeof header_);
    std::memcpy(file.data() + sizeof header_, &segment_, sizeof segment_);
    std::ofstream(path_, std::ios::binary).write(file.data(), static_cast<std::streamsize>(file.size() - cut));
    return load_program(path_, memory_);
  }
  std::string refusal(std::size_t cut = 0) {
    try {
      load(cut);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "none";
  }

  std::string path_ = std::filesystem::temp_directory_path() / ("umbra-elf-" + std::to_string(getpid()));
  std::vector<std::byte> memory_;
  Elf64_Ehdr header_{};
  Elf64_Phdr segment_{};
};

TEST_F(elf, goes_to_its_physical_address_with_zeros_behind) {
  EXPECT_EQ(load(), 0x1010u);
  EXPECT_EQ(memory_[0xfff], std::byte{0xff});
  EXPECT_EQ(memory_[0x1003], std::byte{'x'});
  EXPECT_EQ(memory_[0x1004], std::byte{0});
  EXPECT_EQ(memory_[0x1007], std::byte{0});
  EXPECT_EQ(memory_[0x1008], std::byte{0xff});
}

TEST_F(elf, that_does_not_fit_is_refused) {
  segment_.p_paddr = 0x3ffc;
  EXPECT_THAT(refusal(), HasSubstr("does not fit"));
  segment_.p_paddr = ~std::uint64_t{0} - 3;
  EXPECT_THAT(refusal(), HasSubstr("does not fit"));
  segment_.p_paddr = 0x1000;
  segment_.p_memsz = 2;
  EXPECT_THAT(refusal(), HasSubstr("does not fit"));
}

TEST_F(elf, that_is_cut_short_is_refused) {
  EXPECT_THAT(refusal(1), HasSubstr("cut short"));
  EXPECT_THAT(refusal(20), HasSubstr("cut short"));
  segment_.p_offset = ~std::uint64_t{0};
  EXPECT_THAT(refusal(), HasSubstr("cut short"));
}

TEST_F(elf, that_is_none_is_refused) {
  header_.e_ident[0] = 'x';
  EXPECT_THAT(refusal(), HasSubstr("not an ELF program"));
  EXPECT_THROW(load_program("/nowhere", memory_), std::runtime_error);
}

}  // namespace
}  // namespace umbra::vmm
