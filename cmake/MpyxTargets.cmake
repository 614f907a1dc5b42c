# How our own targets are compiled. Nothing of this reaches a project that only uses the library.
# find_dependency returns to the caller when something is missing, so its message is made fatal here.
include(MpyxDependencies)
foreach(target MPI::MPI_CXX Boost::mpi Boost::serialization Boost::json cereal::cereal fmt::fmt spdlog::spdlog CLI11::CLI11)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "mpyx: ${target} was not found: launch/install-packages installs everything that is needed")
  endif()
endforeach()

set(mpyx_sanitize_options "")
if(MPYX_SANITIZE STREQUAL "address")
  set(mpyx_sanitize_options -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(MPYX_SANITIZE STREQUAL "thread")
  # std::atomic_thread_fence is unknown to ThreadSanitizer; g++ warns at each use of it
  set(mpyx_sanitize_options -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
elseif(MPYX_SANITIZE)
  message(FATAL_ERROR "MPYX_SANITIZE is '${MPYX_SANITIZE}': it may be address, thread or nothing")
endif()

# mpyx_own(TARGET): the target is ours, so a warning in it is an error, and sanitizers see it. g++ 12 warns wrongly of the
# comparison and concatenation of std::string, depending on what it happens to inline (GCC bug 105651 and its kin).
function(mpyx_own target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-restrict -Wno-stringop-overread -Wno-stringop-overflow -Werror)
  if(CMAKE_UNITY_BUILD)   # sources are included by another file, so g++ takes their anonymous namespaces for a header's
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(MPYX_SANITIZE)   # g++'s flow analysis takes the instrumentation of libstdc++'s own headers for uninitialized reads
    target_compile_options(${target} PRIVATE ${mpyx_sanitize_options} -Wno-maybe-uninitialized)
  endif()
  target_link_options(${target} PRIVATE ${mpyx_sanitize_options})
endfunction()

# mpyx_use(TARGET): it uses the library and is compiled as our programs are. Tests and examples in the dev build are
# optimised less, for a third less of the compiler's time; the library, and Release, are optimised fully.
function(mpyx_use target)
  target_link_libraries(${target} PRIVATE mpyx::mpyx)
  mpyx_own(${target})
  target_compile_options(${target} PRIVATE "$<$<CONFIG:RelWithDebInfo>:-O1>" "$<$<CONFIG:RelWithDebInfo>:-g1>")
endfunction()

# mpyx_precompile(TARGET KIND HEADER...): with MPYX_PRECOMPILE, the headers are compiled once for all targets of this kind.
function(mpyx_precompile target kind)
  if(NOT MPYX_PRECOMPILE)
    return()
  endif()
  if(NOT TARGET mpyx_precompiled_${kind})
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled_${kind}.cpp CONTENT "")
    add_library(mpyx_precompiled_${kind} OBJECT ${PROJECT_BINARY_DIR}/precompiled_${kind}.cpp)
    mpyx_use(mpyx_precompiled_${kind})
    target_precompile_headers(mpyx_precompiled_${kind} PRIVATE ${ARGN})
  endif()
  target_precompile_headers(${target} REUSE_FROM mpyx_precompiled_${kind})
endfunction()

# mpyx_executable(TARGET SOURCE...): of ours, which uses the library.
function(mpyx_executable target)
  add_executable(${target} ${ARGN})
  mpyx_use(${target})
  if(MPYX_SANITIZE)   # keeps Open MPI's plug-ins mapped: without it leak stacks have no module names to suppress
    if(NOT TARGET mpyx_sanitizer_parts)
      add_library(mpyx_sanitizer_parts OBJECT
        ${PROJECT_SOURCE_DIR}/tests/sanitizers/nodlclose.cpp ${mpyx_sanitizer_options_source})
      mpyx_own(mpyx_sanitizer_parts)
    endif()
    target_link_libraries(${target} PRIVATE mpyx_sanitizer_parts)
    target_link_options(${target} PRIVATE -rdynamic)
  endif()
endfunction()

# mpyx_program(TARGET SOURCE...): an executable as users write them.
function(mpyx_program target)
  mpyx_executable(${target} ${ARGN})
  mpyx_precompile(${target} program <mpyx/mpyx.hpp>)
endfunction()

if(MPYX_SANITIZE)   # options and suppressions become part of each program, so that nobody has to set variables
  set(mpyx_sanitizer_options_source ${PROJECT_BINARY_DIR}/sanitizer_options.cpp)
  file(READ ${PROJECT_SOURCE_DIR}/tests/sanitizers/lsan.supp mpyx_lsan_suppressions)
  file(READ ${PROJECT_SOURCE_DIR}/tests/sanitizers/tsan.supp mpyx_tsan_suppressions)
  configure_file(${PROJECT_SOURCE_DIR}/tests/sanitizers/options.cpp.in ${mpyx_sanitizer_options_source} @ONLY)
endif()
