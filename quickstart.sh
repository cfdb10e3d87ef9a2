#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# From a fresh checkout to a comparison of flow schedulers on three LLaMA-2 training jobs: a table
# here; a report, pictures and a timeline in results/. Later runs reuse packages and build.
set -eu
cd "$(dirname "$0")"

tools/setup.sh
[ -f build/release/build.ninja ] || cmake --preset release
cmake --build --preset release --parallel "$(nproc)" --target echelon

build/release/bin/echelon run scenarios/quickstart/quickstart.json --out results

results=$(ls -td results/quickstart/*/ | head -n 1)
results=${results%/}
analysis/echelon-analysis report "$results" -o "$results/report.html"
analysis/echelon-analysis figures "$results"

cat <<END

report     $results/report.html   (one file, works offline)
table      $results/figures/table.txt
pictures   $results/figures/
timeline   $results/timeline.json   (open it at https://ui.perfetto.dev)
END
