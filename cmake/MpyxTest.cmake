# The kinds of tests, as functions. CONTRIBUTING.md says what each kind is for.
include(GoogleTest)

# mpyx_patience(VARIABLE): makes a time limit three times as long under sanitizers, which slow programs down.
function(mpyx_patience variable)
  if(MPYX_SANITIZE)
    math(EXPR longer "${${variable}} * 3")
    set(${variable} ${longer} PARENT_SCOPE)
  endif()
endfunction()

# mpyx_internal(TARGET): may include src/ and what only the library itself is linked with.
function(mpyx_internal target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE
    MPI::MPI_CXX Boost::mpi Boost::json PkgConfig::HWLOC PkgConfig::XXHASH fmt::fmt spdlog::spdlog CLI11::CLI11)
endfunction()

# mpyx_add_unit_test(NAME LABEL SECONDS SOURCE...): one GoogleTest program, one ctest entry per TEST in it.
function(mpyx_add_unit_test name label seconds)
  mpyx_executable(${name} ${ARGN})
  mpyx_precompile(${name} unit_test <gtest/gtest.h> <mpyx/mpyx.hpp>)
  if(MPYX_PRECOMPILE)
    target_link_libraries(mpyx_precompiled_unit_test PRIVATE GTest::gtest)   # for its definitions
  endif()
  mpyx_internal(${name})
  if("${ARGN}" MATCHES "/main\\.cpp")
    target_link_libraries(${name} PRIVATE GTest::gtest)
  else()
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
  endif()
  if(TARGET rapidcheck)
    target_link_libraries(${name} PRIVATE rapidcheck rapidcheck_gtest)
  endif()
  mpyx_patience(seconds)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    TEST_PREFIX "${name}." PROPERTIES LABELS ${label} TIMEOUT ${seconds})
endfunction()

# mpyx_header_field(RESULT SOURCE NAME): what follows '// NAME:' in the first lines of a source, up to two blanks; empty if nothing.
function(mpyx_header_field result source name)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(STRINGS ${source} lines LIMIT_COUNT 10 REGEX "^//.*[ /]${name}:")
  set(value "")
  if(lines)
    list(GET lines 0 line)
    string(REGEX REPLACE "^.*[ /]${name}: *" "" value "${line}")
    string(REGEX REPLACE "   *.*$" "" value "${value}")
  endif()
  set(${result} "${value}" PARENT_SCOPE)
endfunction()

# mpyx_run_options(RESULT SECONDS SOURCE): options of tests/run-ranks that the header of a source asks for, and its time limit:
#   // run: 1 3 9    compare: exact|sorted    (compared with SOURCE's .expected)
#   // exit: 3       the status it must leave with (a number, or nonzero)
#   // stderr: TEXT  what one line of its stderr must contain
#   // seconds: 60   its time limit for each run; three times that under sanitizers
function(mpyx_run_options result seconds_result source)
  foreach(field compare exit stderr seconds)
    mpyx_header_field(${field} ${source} ${field})
  endforeach()
  if(NOT seconds)
    set(seconds 60)
  endif()
  mpyx_patience(seconds)
  set(options --seconds ${seconds})
  cmake_path(REPLACE_EXTENSION source LAST_ONLY expected OUTPUT_VARIABLE expected)
  if(EXISTS ${expected})
    list(APPEND options --expect ${expected})
  endif()
  if(compare)
    list(APPEND options --compare ${compare})
  endif()
  if(exit)
    list(APPEND options --exit ${exit})
  endif()
  if(stderr)
    list(APPEND options --error ${stderr})
  endif()
  set(${result} "${options}" PARENT_SCOPE)
  set(${seconds_result} ${seconds} PARENT_SCOPE)
endfunction()

# mpyx_sanitized_ranks(VARIABLE): with MPYX_TEST_ONCE, of the numbers of ranks that which tells a sanitizer most. ThreadSanitizer sees
# one process, and programs of one rank run their nodes as threads; AddressSanitizer sees most where most crosses processes (up to 9:
# a rank takes long).
function(mpyx_sanitized_ranks variable)
  if(NOT (MPYX_SANITIZE AND MPYX_TEST_ONCE))
    return()
  endif()
  set(chosen 1)
  if(MPYX_SANITIZE STREQUAL "address")
    foreach(ranks IN LISTS ${variable})
      if(ranks MATCHES "^(mpirun)?[2-9]$")
        set(chosen ${ranks})
      endif()
    endforeach()
  endif()
  if(NOT chosen IN_LIST ${variable})
    set(chosen "")
  endif()
  set(${variable} ${chosen} PARENT_SCOPE)
endfunction()

# mpyx_leave_cores_to(TEST RANKS): few ranks wait for most of their time, and others run beside them; ten and more keep two cores busy.
function(mpyx_leave_cores_to test ranks)
  if(ranks MATCHES "^[0-9][0-9]")
    set_property(TEST ${test} PROPERTY PROCESSORS 2)
  endif()
endfunction()

# mpyx_add_rank_test(TARGET LABEL SOURCE [ARG...]): runs a built program as the header of its source says (see mpyx_run_options):
#   // run: 1 3 9    the ranks; mpirun1 is one rank under mpirun
#   // hosts: 4 7    link: delay 5    the ranks, dealt out to three emulated hosts; what their links do (see tests/hosts/shape)
function(mpyx_add_rank_test target label source)
  mpyx_header_field(run ${source} run)
  mpyx_header_field(hosts ${source} hosts)
  if(NOT run AND NOT hosts)
    message(FATAL_ERROR "${source}: neither '// run: RANKS' nor '// hosts: RANKS' in its first lines")
  endif()
  mpyx_run_options(options seconds ${source})
  math(EXPR limit "${seconds} + 30")
  separate_arguments(run)
  mpyx_sanitized_ranks(run)
  foreach(ranks IN LISTS run)
    set(test ${target}.n${ranks})
    add_test(NAME ${test} COMMAND ${PROJECT_SOURCE_DIR}/tests/run-ranks -n ${ranks} ${options} $<TARGET_FILE:${target}> ${ARGN})
    set(labels ${label})
    if(ranks STREQUAL 1)
      list(APPEND labels alone)
    endif()
    mpyx_leave_cores_to(${test} ${ranks})
    set_tests_properties(${test} PROPERTIES LABELS "${labels}" TIMEOUT ${limit})
  endforeach()
  if(hosts)
    separate_arguments(hosts)
    mpyx_add_hosts_test(${target} ${source} "${hosts}" ${ARGN})
  endif()
endfunction()

# mpyx_add_hosts_test(TARGET SOURCE RANKS [ARG...]): the same program on three emulated hosts, for each number of the list RANKS.
# Skipped, with the reason, where the machine does not let hosts be emulated.
function(mpyx_add_hosts_test target source ranks_list)
  mpyx_run_options(options seconds ${source})
  mpyx_header_field(link ${source} link)
  if(link)
    list(APPEND options --link ${link})
  endif()
  math(EXPR limit "${seconds} + 60")
  foreach(ranks IN LISTS ranks_list)
    set(test ${target}.hosts3.n${ranks})
    add_test(NAME ${test}
      COMMAND ${PROJECT_SOURCE_DIR}/tests/run-ranks --hosts 3 -n ${ranks} ${options} $<TARGET_FILE:${target}> ${ARGN})
    set_tests_properties(${test} PROPERTIES LABELS hosts TIMEOUT ${limit} SKIP_RETURN_CODE 77
      ENVIRONMENT EMULATED_IMPAIR=${PROJECT_BINARY_DIR}/tests/hosts/hosts_impair)
    mpyx_leave_cores_to(${test} ${ranks})
  endforeach()
endfunction()

# mpyx_add_script_test(NAME LABEL SECONDS COMMAND...): a test that is a script. Status 77 means that the machine cannot run it.
function(mpyx_add_script_test name label seconds)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${seconds} SKIP_RETURN_CODE 77)
endfunction()

# mpyx_add_check(NAME COMMAND...): a check of the sources themselves. Status 77 means that its tool is missing.
function(mpyx_add_check name)
  add_test(NAME check.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(check.${name} PROPERTIES LABELS check TIMEOUT 600 SKIP_RETURN_CODE 77)
endfunction()

# Compiler options with which a user's file compiles against the library in this tree; a list for COMMAND_EXPAND_LISTS.
add_library(mpyx_user OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/tests/sanitizers/nodlclose.cpp)
target_link_libraries(mpyx_user PRIVATE mpyx::mpyx)
set(mpyx_user_options -std=c++20
  "-I$<JOIN:$<REMOVE_DUPLICATES:$<TARGET_PROPERTY:mpyx_user,INCLUDE_DIRECTORIES>>,$<SEMICOLON>-I>"
  "$<$<BOOL:$<TARGET_PROPERTY:mpyx_user,COMPILE_DEFINITIONS>>:-D$<JOIN:$<TARGET_PROPERTY:mpyx_user,COMPILE_DEFINITIONS>,$<SEMICOLON>-D>>")
