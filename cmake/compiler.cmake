# SPDX-License-Identifier: GPL-2.0-only
#
# What holds for every target: language level, warnings, sanitizers, output folder, ccache.

set(CMAKE_CXX_STANDARD 17) # ns-3 3.37's headers do not compile as C++20 with g++ 12
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON) # the core is linked into the ns-3 modules' shared libraries

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

add_compile_options(-Wall -Wextra)
if(ECHELON_WERROR)
  add_compile_options(-Werror)
endif()

# Position-independent code would otherwise keep the compiler from inlining across functions
# of the same file, because another library might replace them.
add_compile_options(-fno-semantic-interposition)

if(ECHELON_SANITIZE)
  add_compile_options(
    -fsanitize=${ECHELON_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
  )
  add_link_options(-fsanitize=${ECHELON_SANITIZE})
endif()

find_program(ECHELON_CCACHE ccache)
if(ECHELON_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache asks for before it caches sources that use precompiled headers.
  # Paths inside the project count relative to it, so that presets with the same options, and
  # clones in other folders, share what they compile.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true ${ECHELON_CCACHE}
  )
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()
