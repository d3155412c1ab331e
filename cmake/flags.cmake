# Compiler flags, as interface targets: umbra::flags for everything, umbra::freestanding for the rooms that run in a kernel,
# umbra::instrumented for code whose coverage guides the fuzzers; and what fuzz targets are linked with, umbra::engine.
add_library(umbra_flags INTERFACE)
add_library(umbra::flags ALIAS umbra_flags)
target_compile_features(umbra_flags INTERFACE cxx_std_20)
target_compile_options(umbra_flags INTERFACE -Wall -Wextra)
target_include_directories(umbra_flags INTERFACE ${CMAKE_SOURCE_DIR})

# The one place that decides which <word/...> a build gets. On a simulated machine all is native but what stores to tables
# tell.
if(UMBRA_FLAVOUR STREQUAL opaque)
  target_include_directories(umbra_flags INTERFACE ${CMAKE_SOURCE_DIR}/ci/opaque)
elseif(UMBRA_FLAVOUR STREQUAL smt)
  target_include_directories(umbra_flags INTERFACE ${CMAKE_SOURCE_DIR}/models/smt)
elseif(UMBRA_FLAVOUR STREQUAL kernel)
  target_include_directories(umbra_flags INTERFACE ${CMAKE_SOURCE_DIR}/core)
else()
  target_include_directories(umbra_flags INTERFACE ${CMAKE_SOURCE_DIR}/models/machine ${CMAKE_SOURCE_DIR}/core)
endif()

add_library(umbra_freestanding INTERFACE)
add_library(umbra::freestanding ALIAS umbra_freestanding)
target_link_libraries(umbra_freestanding INTERFACE umbra::flags)
if(NOT UMBRA_FLAVOUR STREQUAL smt)  # there, the end of a path is an exception
  target_compile_options(umbra_freestanding INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)
endif()
if(UMBRA_FLAVOUR STREQUAL kernel)
  include(kernel_flags)
  target_compile_options(umbra_freestanding INTERFACE ${umbra_kernel_flags})
endif()

add_library(umbra_instrumented INTERFACE)
add_library(umbra::instrumented ALIAS umbra_instrumented)

if(UMBRA_SANITIZE)
  target_compile_options(umbra_flags INTERFACE -fsanitize=${UMBRA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(umbra_flags INTERFACE -fsanitize=${UMBRA_SANITIZE})
endif()

if(UMBRA_COVERAGE)
  target_compile_options(umbra_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(umbra_flags INTERFACE -fprofile-instr-generate)
endif()

if(UMBRA_FLAVOUR STREQUAL smt)
  # What a theorem covers of the production source is part of what it reports.
  # The programs say themselves where profiles go; nothing is left where they happen to run.
  target_compile_options(umbra_instrumented INTERFACE -fprofile-instr-generate=/dev/null -fcoverage-mapping)
  target_link_options(umbra_flags INTERFACE -fuse-ld=lld)
endif()

if(UMBRA_FLAVOUR MATCHES "^(host|replay)$")
  include(engine)
endif()
