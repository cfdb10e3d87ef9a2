# SPDX-License-Identifier: GPL-2.0-only
#
# The libraries Echelon stands on, all from Debian packages; tools/setup.sh installs them.

find_package(Threads REQUIRED)

# The core uses Boost's header-only parts, and libfmt.
find_package(Boost 1.74 REQUIRED)
find_package(fmt 9 REQUIRED)

if(ECHELON_BUILD_APP)
  find_package(nlohmann_json 3.11 REQUIRED)
  find_package(CLI11 2.1 REQUIRED)
  # SHA-256.
  find_path(ECHELON_LIBMD_INCLUDE sha2.h REQUIRED)
  find_library(ECHELON_LIBMD_LIBRARY md REQUIRED)
endif()

if(ECHELON_WITH_NS3)
  find_package(ns3 3.37 REQUIRED)
endif()

if(ECHELON_BUILD_TESTS)
  find_package(GTest REQUIRED)
  # Any other python3 on PATH may lack numpy, pandas and matplotlib.
  set(Python3_EXECUTABLE "/usr/bin/python3")
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
endif()

if(ECHELON_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()

set(ECHELON_HAVE_SIMGRID OFF)
if(NOT ECHELON_WITH_SIMGRID STREQUAL "OFF" AND ECHELON_BUILD_BENCH)
  find_path(ECHELON_SIMGRID_INCLUDE simgrid/s4u.hpp)
  find_library(ECHELON_SIMGRID_LIBRARY simgrid)
  if(ECHELON_SIMGRID_INCLUDE AND ECHELON_SIMGRID_LIBRARY)
    set(ECHELON_HAVE_SIMGRID ON)
    add_library(simgrid::simgrid UNKNOWN IMPORTED)
    set_target_properties(
      simgrid::simgrid
      PROPERTIES IMPORTED_LOCATION "${ECHELON_SIMGRID_LIBRARY}"
                 INTERFACE_INCLUDE_DIRECTORIES "${ECHELON_SIMGRID_INCLUDE}"
    )
  elseif(ECHELON_WITH_SIMGRID STREQUAL "ON")
    message(FATAL_ERROR "ECHELON_WITH_SIMGRID=ON, but SimGrid is not installed (libsimgrid-dev)")
  endif()
endif()
