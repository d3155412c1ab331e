# umbra_wide_program(TARGET SOURCE...): a program without an operating system for an emulated x86-64 processor, whatever this
# machine is: program.elf, program.bin, the same flat, and the boot sector from which Bochs starts it, which is the op guest's.
# One command for each source, no library, no sanitizer. Sources are relative to the top folder.
find_program(UMBRA_LLD NAMES ld.lld-19 ld.lld REQUIRED)
find_program(UMBRA_OBJCOPY NAMES llvm-objcopy-19 objcopy REQUIRED)

function(umbra_wide_program target)
  set(start_flags --target=x86_64-unknown-elf -I${CMAKE_SOURCE_DIR})
  set(flags
      ${start_flags} -std=c++20 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlibinc -fno-exceptions -fno-rtti -fno-pic
      -fno-threadsafe-statics -fno-stack-protector -mno-sse -mno-mmx -mno-red-zone
      -I${CMAKE_SOURCE_DIR}/fuzz/guest/program/include)
  set(here ${CMAKE_CURRENT_BINARY_DIR})
  set(objects)
  foreach(source fuzz/guest/program/boot64.S fuzz/guest/program/machine.cpp fuzz/guest/program/runtime.cpp ${ARGN})
    get_filename_component(name ${source} NAME)
    set(object ${here}/program/${name}.o)
    if(source MATCHES "cpp$")
      set(these ${flags})
    else()
      set(these ${start_flags})
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${here}/program
      COMMAND ${CMAKE_CXX_COMPILER} ${these} -MD -MF ${object}.d -MT ${object} -c ${CMAKE_SOURCE_DIR}/${source} -o ${object}
      DEPENDS ${CMAKE_SOURCE_DIR}/${source}
      DEPFILE ${object}.d
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(script ${CMAKE_SOURCE_DIR}/fuzz/guest/program/wide.lds)
  add_custom_command(
    OUTPUT ${here}/program.elf
    COMMAND ${UMBRA_LLD} -m elf_x86_64 -T ${script} ${objects} -o ${here}/program.elf
    DEPENDS ${objects} ${script}
    VERBATIM)
  add_custom_command(OUTPUT ${here}/program.bin COMMAND ${UMBRA_OBJCOPY} -O binary ${here}/program.elf ${here}/program.bin
                     DEPENDS ${here}/program.elf VERBATIM)
  add_custom_command(
    OUTPUT ${here}/disk.bin
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_BINARY_DIR}/fuzz/guest/disk.bin ${here}/disk.bin
    DEPENDS opguest_program
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${here}/program.elf ${here}/program.bin ${here}/disk.bin)
endfunction()
