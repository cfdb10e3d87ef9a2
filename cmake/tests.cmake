# SPDX-License-Identifier: GPL-2.0-only
#
# How tests are registered, with their environment and labels: echelon_gtest() for C++, and
# echelon_unittest() for Python.

include(GoogleTest)

set(ECHELON_TEST_ENVIRONMENT "ECHELON_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/echelon"
    "ECHELON_SOURCE_DIR=${PROJECT_SOURCE_DIR}" "ECHELON_SANITIZE=${ECHELON_SANITIZE}")

# echelon_gtest(<name> <folder> LABELS <label>... LIBRARIES <library>...)
function(echelon_gtest name folder)
  cmake_parse_arguments(ARG "" "" "LABELS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE _sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cc")
  if(NOT _sources)
    return()
  endif()
  add_executable(${name} ${_sources})
  target_link_libraries(
    ${name} PRIVATE ${ARG_LIBRARIES} echelon-test-support GTest::gmock GTest::gtest_main
  )
  target_precompile_headers(${name} REUSE_FROM echelon-test-pch)
  foreach(_speed IN ITEMS quick slow)
    set(_filter "-*Slow*")
    if(_speed STREQUAL "slow")
      set(_filter "*Slow*")
    endif()
    gtest_discover_tests(
      ${name}
      DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60
      NO_PRETTY_VALUES
      TEST_PREFIX "${name}/"
      TEST_FILTER "${_filter}"
      TEST_LIST ${name}_${_speed}
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    )
    # gtest_discover_tests loses properties that are lists, so they follow in a file of their own.
    set(_properties "${CMAKE_CURRENT_BINARY_DIR}/${name}_${_speed}_properties.cmake")
    file(CONFIGURE OUTPUT "${_properties}" @ONLY CONTENT
"foreach(_test IN LISTS @name@_@_speed@)
  set_tests_properties(
    \"\${_test}\" PROPERTIES LABELS \"@ARG_LABELS@;@_speed@\" ENVIRONMENT \"@ECHELON_TEST_ENVIRONMENT@\" TIMEOUT 300
  )
endforeach()
"
    )
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${_properties}")
  endforeach()
endfunction()

# echelon_unittest(<label> <pattern>): one entry per file of Python tests.
function(echelon_unittest label pattern)
  file(GLOB _files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${pattern}")
  foreach(_file IN LISTS _files)
    get_filename_component(_name "${_file}" NAME_WE)
    if(_name MATCHES "^_")
      continue()
    endif()
    set(_labels ${label})
    set(_timeout 300)
    if(label STREQUAL "slurm")
      # Slurm's limits are whole minutes.
      set(_timeout 900)
    endif()
    if(_name MATCHES "invalid")
      list(APPEND _labels invalid)
    endif()
    if(_name MATCHES "slow")
      list(APPEND _labels slow)
    elseif(label STREQUAL "analysis")
      list(APPEND _labels quick)
    endif()
    add_test(NAME "${label}/${_name}"
             COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tools/run-unittest.py" "${_file}"
    )
    set_tests_properties(
      "${label}/${_name}"
      PROPERTIES LABELS "${_labels}"
                 ENVIRONMENT "${ECHELON_TEST_ENVIRONMENT};PYTHONDONTWRITEBYTECODE=1;MPLBACKEND=Agg"
                 WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                 TIMEOUT ${_timeout}
                 SKIP_RETURN_CODE 77
    )
  endforeach()
endfunction()
