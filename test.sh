#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs what is missing, builds the developers' preset and runs every test.
#
#   ./test.sh             everything
#   ./test.sh -L quick    arguments go to ctest
set -eu
cd "$(dirname "$0")"

tools/setup.sh ci
[ -f build/dev/build.ninja ] || cmake --preset dev
cmake --build --preset dev --parallel "$(nproc)"
exec ctest --preset dev --parallel "$(nproc)" --progress "$@"
