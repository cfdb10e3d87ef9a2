#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# How close do K weighted queues come to pacing, and what do late decisions cost? Writes a CSV to
# standard output; studies/enforcement/figure.py draws it.
#
#   studies/enforcement/grid.sh > enforcement.csv
#   DELAYS="0us 1ms" QUEUES="8" SCENARIO=my.json studies/enforcement/grid.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
echelon=${ECHELON_BIN:-$here/../../build/release/bin/echelon}
scenario=${SCENARIO:-$here/../../scenarios/paper/enforcement.json}
out=${OUT:-results}

run() { # enforcement, number of queues, control delay, further options
    enforcement=$1 queues=$2 delay=$3
    shift 3
    "$echelon" run "$scenario" --fabric packet --out "$out" --files summary --json \
        --set "/schedulers=[{\"name\": \"fair\", \"control_delay\": \"$delay\"},
                            {\"name\": \"sebf\", \"control_delay\": \"$delay\"},
                            {\"name\": \"echelon\", \"control_delay\": \"$delay\"}]" "$@" |
        /usr/bin/python3 -c '
import json, sys
for run in json.load(sys.stdin)["runs"]:
    times = [sum(job["iteration_times_s"]) / len(job["iteration_times_s"]) for job in run["jobs"]]
    print(*sys.argv[1:], run["scheduler"], run["makespan_s"], run["groups"]["tardiness_sum_s"],
          *times, sep=",")
' "$enforcement" "$queues" "$delay"
}

echo "enforcement,queues,control_delay,scheduler,makespan_s,tardiness_sum_s,iteration_times_s"
for delay in ${DELAYS:-0us 20us 50us 100us 200us 500us 1ms}; do
    run pacing 0 "$delay"
    for queues in ${QUEUES:-1 2 4 8}; do
        run queues "$queues" "$delay" --set /fabric/enforcement=queues --set "/fabric/queues=$queues"
    done
done
