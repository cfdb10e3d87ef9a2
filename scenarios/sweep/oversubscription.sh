#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# How much does oversubscription cost under each scheduler? Writes a CSV to standard output.
#
#   scenarios/sweep/oversubscription.sh > oversubscription.csv
#   FACTORS="1 2 4 8" FABRIC=packet scenarios/sweep/oversubscription.sh
#
# SCENARIO must have a leaf-spine topology given by "oversubscription".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
echelon=${ECHELON_BIN:-$here/../../build/release/bin/echelon}
scenario=${SCENARIO:-$here/oversubscription.json}
out=${OUT:-results}

echo "oversubscription,scheduler,makespan_s,tardiness_sum_s,utilisation_max"
for factor in ${FACTORS:-1 1.5 2 3 4}; do
    "$echelon" run "$scenario" --fabric "${FABRIC:-fluid}" --out "$out" --json \
        --set "/topology/oversubscription=$factor" --set "/name=\"oversubscription-$factor\"" |
        /usr/bin/python3 -c '
import json, sys
for run in json.load(sys.stdin)["runs"]:
    print(sys.argv[1], run["scheduler"], run["makespan_s"], run["groups"]["tardiness_sum_s"],
          run["links"]["utilisation_max"], sep=",")
' "$factor"
done
