# How a room declares what it holds. Every name is a file relative to the room's CMakeLists.txt, listed one by one.
#
#   umbra_library(name [FREESTANDING] [INSTRUMENTED] SOURCES a.cpp ... DEPS umbra_core ...)
#     A library; without SOURCES it is headers only. FREESTANDING: no exceptions, no RTTI, and kernel flags where asked for.
#     INSTRUMENTED: its coverage guides the fuzzers.
#   umbra_test(name [SYMBOLIC] SOURCES test/a_test.cpp ... DEPS umbra_core ...)
#     A GoogleTest program; each of its tests is one ctest test. Host builds only; SYMBOLIC: smt builds only.
#   umbra_program(name [FUZZER | BARE] SOURCES main.cpp ... DEPS ...)
#     An executable; FUZZER links it with the engine's main(); BARE ones need no library beyond the compiler's.
#   umbra_module(name SOURCES a.cpp ... DEPS ...)
#     A shared object that somebody else's program loads.
#   umbra_fit_for_modules(a.cpp ...)
#     Sources with thread-local data that modules are made of.
#
# In `opaque` and `kernel` builds a library is a set of objects, and tests and programs do not exist; in `replay` builds
# only FUZZER and BARE programs do.

# Adds the room's directory.
function(umbra_room directory)
  add_subdirectory(${CMAKE_SOURCE_DIR}/${directory} ${CMAKE_BINARY_DIR}/${directory})
endfunction()

# Without a fuzzer's main(), somebody else must answer the calls that instrumentation makes. Sanitizers do; else this does.
function(umbra_answer_instrumentation name)
  if(NOT UMBRA_SANITIZE)
    if(NOT TARGET umbra_uncounted)
      add_library(umbra_uncounted STATIC ${CMAKE_SOURCE_DIR}/cmake/uncounted.cpp)
      target_link_libraries(umbra_uncounted PRIVATE umbra::flags)
    endif()
    target_link_libraries(${name} PRIVATE umbra_uncounted)
  endif()
endfunction()

function(umbra_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FREESTANDING;INSTRUMENTED" "" "SOURCES;DEPS")
  set(base umbra::flags)
  if(arg_FREESTANDING)
    set(base umbra::freestanding)
  elseif(UMBRA_FLAVOUR MATCHES "^(opaque|kernel)$")
    return()
  endif()
  if(NOT arg_SOURCES)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE umbra::flags ${arg_DEPS})
  elseif(UMBRA_FLAVOUR MATCHES "^(opaque|kernel)$")
    add_library(${name} OBJECT ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${base} ${arg_DEPS})
    set_property(GLOBAL APPEND PROPERTY umbra_objects ${name})
  else()
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC umbra::flags ${arg_DEPS})
    target_compile_options(${name} PRIVATE $<TARGET_PROPERTY:${base},INTERFACE_COMPILE_OPTIONS>)
    if(arg_INSTRUMENTED)
      target_compile_options(${name} PRIVATE $<TARGET_PROPERTY:umbra_instrumented,INTERFACE_COMPILE_OPTIONS>)
    endif()
  endif()
endfunction()

function(umbra_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SYMBOLIC" "TIMEOUT" "SOURCES;DEPS")
  if(arg_SYMBOLIC)
    set(flavour smt)
  else()
    set(flavour host)
  endif()
  if(NOT UMBRA_FLAVOUR STREQUAL flavour)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} umbra::flags GTest::gmock GTest::gtest_main)
  umbra_answer_instrumentation(${name})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120 TEST_PREFIX ${name}:
                       PROPERTIES TIMEOUT ${arg_TIMEOUT})
endfunction()

function(umbra_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FUZZER;BARE" "" "SOURCES;DEPS")
  if(UMBRA_FLAVOUR MATCHES "^(opaque|kernel)$" OR (UMBRA_FLAVOUR STREQUAL replay AND NOT (arg_FUZZER OR arg_BARE)))
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} umbra::flags)
  if(arg_FUZZER)
    target_link_libraries(${name} PRIVATE umbra::engine)
  else()
    umbra_answer_instrumentation(${name})
  endif()
endfunction()

function(umbra_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} umbra::flags)
  # Its libraries are compiled for programs: symbols that nobody could put others in the place of need no more than that.
  target_link_options(${name} PRIVATE -Wl,-Bsymbolic -Wl,--exclude-libs,ALL)
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden)
  umbra_answer_instrumentation(${name})
endfunction()

# Thread-local data is reached in one way in programs and in another in what they load; this one does for both, and costs
# programs nothing.
function(umbra_fit_for_modules)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -fPIC)
endfunction()
