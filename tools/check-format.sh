#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fails when a C++ file is not as clang-format 14 would have it.
#
#   tools/check-format.sh          every file of the repository; names those that differ
#   tools/check-format.sh --fix    rewrites them
set -eu
cd "$(dirname "$0")/.."

files=$(git ls-files --cached --others --exclude-standard -- '*.cc' '*.h')
if [ "${1:-}" = "--fix" ]; then
    exec clang-format-14 -i $files
fi

bad=""
for file in $files; do
    clang-format-14 "$file" | cmp -s - "$file" || bad="$bad $file"
done
if [ -n "$bad" ]; then
    echo "check-format: run tools/check-format.sh --fix; not formatted:" >&2
    printf '  %s\n' $bad >&2
    exit 1
fi
echo "check-format: $(echo "$files" | wc -l) files formatted"
