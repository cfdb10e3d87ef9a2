# SPDX-License-Identifier: GPL-2.0-only
#
# Script: writes build-info.h (see apps/echelon/CMakeLists.txt) when its content changed.

cmake_minimum_required(VERSION 3.25)

execute_process(
  COMMAND git describe --always --dirty --abbrev=12 --exclude=*
  WORKING_DIRECTORY "${SOURCE_DIR}"
  OUTPUT_VARIABLE COMMIT
  OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_QUIET
)
if(NOT COMMIT)
  set(COMMIT "unknown")
endif()

file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT
"#define ECHELON_VERSION \"@VERSION@\"
#define ECHELON_COMMIT \"@COMMIT@\"
#define ECHELON_COMPILER \"@COMPILER@\"
#define ECHELON_NS3_VERSION \"@NS3_VERSION@\"
"
)
