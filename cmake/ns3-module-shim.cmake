# SPDX-License-Identifier: GPL-2.0-only
#
# build_lib and build_lib_example with ns-3's own signatures, against an installed ns-3 package.
# With them one CMakeLists.txt builds a module both here and inside an ns-3 tree's contrib/.
#
#   build_lib(LIBNAME packet-network SOURCE_FILES ... HEADER_FILES ... LIBRARIES_TO_LINK ${libcore} ...
#             TEST_SOURCES ...)
#
# As in ns-3: the target is lib<name>, headers are included as "ns3/<header>", examples/ is
# entered when it has a CMakeLists.txt. Modules are shared and tests are object libraries, because
# a static archive would drop their static registrations.

# ns-3 names its libraries ${lib<name>}; the exported targets lost the "lib" in 3.44.
foreach(_module IN ITEMS core network internet applications point-to-point traffic-control stats)
  if(TARGET ns3::lib${_module})
    set(lib${_module} ns3::lib${_module})
  elseif(TARGET ns3::${_module})
    set(lib${_module} ns3::${_module})
  else()
    message(FATAL_ERROR "the installed ns-3 has no module ${_module}")
  endif()
endforeach()
set(libpacket-network libpacket-network)
set(libflow-scheduling libflow-scheduling)

set(ECHELON_NS3_INCLUDE_DIR "${CMAKE_BINARY_DIR}/include")

# Logging and assertions of ns-3 are for developers' builds; release code pays nothing for them.
set(ECHELON_NS3_DEFINITIONS "")
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  set(ECHELON_NS3_DEFINITIONS NS3_LOG_ENABLE NS3_ASSERT_ENABLE)
endif()

function(build_lib)
  cmake_parse_arguments(
    ARG
    "IGNORE_PCH"
    "LIBNAME"
    "SOURCE_FILES;HEADER_FILES;LIBRARIES_TO_LINK;TEST_SOURCES;DEPRECATED_HEADER_FILES;PRIVATE_HEADER_FILES;MODULE_ENABLED_FEATURES"
    ${ARGN}
  )
  # One-line forwarding headers, so that "ns3/x.h" is the file in the module.
  foreach(_header IN LISTS ARG_HEADER_FILES)
    get_filename_component(_name "${_header}" NAME)
    get_filename_component(_path "${_header}" ABSOLUTE)
    file(CONFIGURE OUTPUT "${ECHELON_NS3_INCLUDE_DIR}/ns3/${_name}" CONTENT
         "#include \"${_path}\"\n" @ONLY
    )
  endforeach()

  set(_target lib${ARG_LIBNAME})
  if(ARG_SOURCE_FILES)
    add_library(${_target} SHARED ${ARG_SOURCE_FILES} ${ARG_HEADER_FILES})
    set(_visibility PUBLIC)
    set_target_properties(${_target} PROPERTIES PREFIX "" OUTPUT_NAME "libechelon-${ARG_LIBNAME}")
  else()
    add_library(${_target} INTERFACE)
    set(_visibility INTERFACE)
  endif()
  add_library(echelon::${ARG_LIBNAME} ALIAS ${_target})
  target_include_directories(${_target} ${_visibility} "${ECHELON_NS3_INCLUDE_DIR}")
  target_compile_definitions(${_target} ${_visibility} ${ECHELON_NS3_DEFINITIONS})
  target_link_libraries(${_target} ${_visibility} ${ARG_LIBRARIES_TO_LINK})

  if(ECHELON_BUILD_TESTS AND ARG_TEST_SOURCES)
    add_library(${_target}-test OBJECT ${ARG_TEST_SOURCES})
    target_link_libraries(${_target}-test PUBLIC ${_target})
    set_property(GLOBAL APPEND PROPERTY ECHELON_NS3_TEST_LIBRARIES ${_target}-test)
  endif()
  if(ECHELON_BUILD_TESTS AND EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/examples/CMakeLists.txt")
    add_subdirectory(examples)
  endif()
endfunction()

# Here every example is a test as well: it must run to its end with its default arguments.
function(build_lib_example)
  cmake_parse_arguments(ARG "IGNORE_PCH" "NAME" "SOURCE_FILES;LIBRARIES_TO_LINK" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCE_FILES})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBRARIES_TO_LINK})
  add_test(NAME example-${ARG_NAME} COMMAND ${ARG_NAME})
  set_tests_properties(
    example-${ARG_NAME} PROPERTIES LABELS "ns3" TIMEOUT 120 WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
  )
endfunction()
