# What kind of build this is. A preset sets UMBRA_FLAVOUR; nothing else in the tree asks which preset is in use.
#
#   host     everything, for this machine; with UMBRA_SANITIZE and UMBRA_COVERAGE as wanted
#   replay   the freestanding rooms, the machine and the fuzz targets only: MSan knows no hosted library
#   opaque   the freestanding rooms only, with word and flag as classes that convert to nothing (ci/opaque)
#   kernel   the freestanding rooms only, with the flags of a Linux kernel module
#   smt      core and reference model with words that stand for all values (models/smt), and what is proved with them
set(UMBRA_FLAVOUR host CACHE STRING "host, replay, opaque, kernel or smt")
set_property(CACHE UMBRA_FLAVOUR PROPERTY STRINGS host replay opaque kernel smt)
set(UMBRA_SANITIZE "" CACHE STRING "what follows -fsanitize=, or nothing")
option(UMBRA_JUDGES "link Unicorn and Zydis, of which MSan knows nothing" ON)
option(UMBRA_COVERAGE "source-based coverage (llvm-cov)" OFF)

if(NOT UMBRA_FLAVOUR MATCHES "^(host|replay|opaque|kernel|smt)$")
  message(FATAL_ERROR "UMBRA_FLAVOUR is '${UMBRA_FLAVOUR}': it must be host, replay, opaque, kernel or smt.")
endif()

if(UMBRA_FLAVOUR STREQUAL host)
  find_package(GTest CONFIG REQUIRED)
  find_package(rapidcheck CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
  find_package(fmt CONFIG REQUIRED)
  find_package(nlohmann_json CONFIG REQUIRED)
  include(GoogleTest)
elseif(UMBRA_FLAVOUR STREQUAL smt)
  find_package(GTest CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
  find_package(fmt CONFIG REQUIRED)
  find_package(nlohmann_json CONFIG REQUIRED)
  include(GoogleTest)
endif()
