#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fails when a source file does not name its licence in its first lines.
set -eu
cd "$(dirname "$0")/.."

files=$(git ls-files --cached --others --exclude-standard -- \
    '*.cc' '*.h' '*.py' '*.sh' '*.cmake' '*CMakeLists.txt' .ci/run)
bad=""
for file in $files; do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || bad="$bad $file"
done
if [ -n "$bad" ]; then
    echo "check-licences: no SPDX-License-Identifier: GPL-2.0-only in" >&2
    printf '  %s\n' $bad >&2
    exit 1
fi
echo "check-licences: $(echo "$files" | wc -l) files"
