// The layer check reports planted faults, each by its own message, and nothing else.
#include "ci/layers/layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace umbra::ci {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class layers : public ::testing::Test {
 protected:
  layers() : root_(fs::temp_directory_path() / ("umbra_layers_" + std::to_string(::getpid()))) {
    write("core/word/word.hpp", "#include <cstdint>\n");
    write("core/x86/entry.hpp", "#include <word/word.hpp>\n");
    write("core/mmu/mmu.hpp", "#include \"core/x86/entry.hpp\"\n");
    write("models/reference/walk.hpp", "#include \"core/x86/entry.hpp\"\n");
    write("fuzz/op.hpp", "#include <vector>\n");
  }
  ~layers() override { fs::remove_all(root_); }

  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  fs::path root_;
};

TEST_F(layers, a_tree_in_order_has_no_faults) { EXPECT_THAT(faults_of(root_), IsEmpty()); }

TEST_F(layers, a_room_may_not_use_a_later_one) {
  write("core/x86/entry.hpp", "\n#include \"core/mmu/mmu.hpp\"\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("core/x86/entry.hpp:2: core/x86 may not use core/mmu")));
}

TEST_F(layers, the_reference_model_may_not_use_the_mmu) {
  write("models/reference/walk.hpp", "#include \"core/mmu/mmu.hpp\"\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("models/reference may not use core/mmu")));
}

TEST_F(layers, a_freestanding_room_may_not_use_hosted_headers) {
  write("core/mmu/mmu.hpp", "#include <vector>\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("<vector>")));
}

TEST_F(layers, the_vmm_knows_the_core_by_its_interface_only) {
  write("tools/vmm/host/machine.hpp", "#include <vector>\n#include \"core/mmu/mmu.hpp\"\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("tools/vmm may not use core/mmu")));
}

TEST_F(layers, and_its_guests_have_no_library) {
  write("tools/vmm/guests/paging.hpp", "#include <vector>\n#include \"core/x86/entry.hpp\"\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("<vector>")));
}

TEST_F(layers, the_test_of_a_freestanding_room_may) {
  write("core/mmu/test/mmu_test.cpp", "#include <vector>\n");
  write("core/CMakeLists.txt", "mmu/test/mmu_test.cpp\n");
  EXPECT_THAT(faults_of(root_), IsEmpty());
}

TEST_F(layers, a_test_may_use_the_machine_but_its_room_may_not) {
  write("models/machine/machine.hpp", "");
  write("core/mmu/mmu.hpp", "#include \"models/machine/machine.hpp\"\n");
  write("core/mmu/test/bench.hpp", "#include \"models/machine/machine.hpp\"\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("core/mmu/mmu.hpp:1: core/mmu may not use models/machine")));
}

TEST_F(layers, words_come_through_the_include_path) {
  write("core/mmu/mmu.hpp", "#include \"core/word/word.hpp\"\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("write <word/...>")));
}

TEST_F(layers, includes_are_written_from_the_top) {
  write("core/mmu/mmu.hpp", "#include \"entry.hpp\"\n");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("not a path from the top")));
}

TEST_F(layers, a_source_file_that_nothing_builds_is_a_fault) {
  write("core/mmu/fault.cpp", "");
  EXPECT_THAT(faults_of(root_), ElementsAre(HasSubstr("nothing builds it")));
}

}  // namespace
}  // namespace umbra::ci
