# Which engine drives the fuzz targets, and what guides it.
#
#   libfuzzer  clang's own
#   afl        AFL++: its driver calls the targets; its run time counts what clang's trace-pc-guard reports
#   external   whatever UMBRA_FUZZING_ENGINE says that programs are linked with; CMAKE_CXX_FLAGS say how they are instrumented.
#              That is how OSS-Fuzz and its like build (ci/oss-fuzz)
set(UMBRA_ENGINE libfuzzer CACHE STRING "libfuzzer, afl or external")
set_property(CACHE UMBRA_ENGINE PROPERTY STRINGS libfuzzer afl external)
set(UMBRA_FUZZING_ENGINE "" CACHE STRING "of an external engine: a library or a flag")

add_library(umbra_engine INTERFACE)
add_library(umbra::engine ALIAS umbra_engine)

if(UMBRA_ENGINE STREQUAL libfuzzer)
  # The mutators know the structure of an input, so tracing of comparisons and stack depth would cost speed and find nothing.
  target_compile_options(umbra_instrumented INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp,stack-depth)
  target_link_options(umbra_engine INTERFACE -fsanitize=fuzzer)
elseif(UMBRA_ENGINE STREQUAL afl)
  find_library(UMBRA_AFL_DRIVER NAMES libAFLDriver.a PATHS /usr/lib/afl /usr/local/lib/afl REQUIRED)
  find_file(UMBRA_AFL_RUNTIME NAMES afl-compiler-rt.o PATHS /usr/lib/afl /usr/local/lib/afl REQUIRED)
  target_compile_options(umbra_instrumented INTERFACE -fsanitize-coverage=trace-pc-guard)
  target_link_libraries(umbra_engine INTERFACE ${UMBRA_AFL_DRIVER} ${UMBRA_AFL_RUNTIME})
elseif(UMBRA_ENGINE STREQUAL external)
  if(NOT UMBRA_FUZZING_ENGINE)
    message(FATAL_ERROR "UMBRA_FUZZING_ENGINE must say what an external engine is linked with.")
  endif()
  target_link_libraries(umbra_engine INTERFACE ${UMBRA_FUZZING_ENGINE})
else()
  message(FATAL_ERROR "UMBRA_ENGINE is '${UMBRA_ENGINE}': it must be libfuzzer, afl or external.")
endif()

if(NOT UMBRA_ENGINE STREQUAL external)
  target_link_options(umbra_flags INTERFACE -fuse-ld=lld)
endif()
