# SPDX-License-Identifier: GPL-2.0-only
"""Schemas of what the program writes: summary.json and plans.

    summary(); plan("build/dev/bin/echelon")
"""

from schema_values import (
    COUNT,
    NAME,
    NOT_NEGATIVE,
    PART,
    SECONDS,
    TEXT,
    array,
    every,
    integer,
    listing,
    record,
)


def summary():
    jobs = every(
        {
            "name": NAME,
            "completion_time_s": NOT_NEGATIVE,
            "iteration_times_s": array(NOT_NEGATIVE, 1),
            "ideal_time_s": NOT_NEGATIVE,
            "slowdown": NOT_NEGATIVE,
            "compute_utilisation": NOT_NEGATIVE,
            "critical_path": every(
                {
                    "compute_s": NOT_NEGATIVE,
                    "transmission_s": NOT_NEGATIVE,
                    "waiting_s": NOT_NEGATIVE,
                    "delay_s": NOT_NEGATIVE,
                }
            ),
        }
    )
    jobs["properties"].update({"model": NAME, "parameters": COUNT})
    jobs["dependentRequired"] = {"model": ["parameters"], "parameters": ["model"]}
    run = every(
        {
            "scheduler": NAME,
            "fabric": NAME,
            "seed": COUNT,
            "makespan_s": NOT_NEGATIVE,
            "jobs": array(jobs, 1),
            "all_jobs": every(
                {
                    "completion_mean_s": NOT_NEGATIVE,
                    "completion_p95_s": NOT_NEGATIVE,
                    "slowdown_mean": NOT_NEGATIVE,
                    "slowdown_max": NOT_NEGATIVE,
                    "fairness": PART,
                }
            ),
            "groups": every(
                {
                    "count": COUNT,
                    "tardiness_sum_s": SECONDS,
                    "tardiness_max_s": SECONDS,
                    "cct_mean_s": NOT_NEGATIVE,
                    "cct_p95_s": NOT_NEGATIVE,
                }
            ),
            "flows": every(
                {
                    "count": COUNT,
                    "bytes": NOT_NEGATIVE,
                    "fct_mean_s": NOT_NEGATIVE,
                    "fct_p99_s": NOT_NEGATIVE,
                    "scale_up_count": COUNT,
                }
            ),
            "links": every({"utilisation_mean": PART, "utilisation_max": PART}),
        }
    )
    engine = every(
        {
            "scheduler": NAME,
            "wall_s": NOT_NEGATIVE,
            "events": COUNT,
            "packet_hops": COUNT,
            "packets": COUNT,
            "drops": COUNT,
            "scheduler_calls": COUNT,
            "scheduler_s": NOT_NEGATIVE,
            "peak_rss_bytes": COUNT,
            "rate_changes": COUNT,
            "rate_log_full": {"type": "boolean"},
            "control": every(
                {
                    "decisions": COUNT,
                    "reports": COUNT,
                    "reports_lost": COUNT,
                }
            ),
        }
    )
    engine["properties"]["portfolio"] = every(
        {
            "selected": NAME,
            "costs": array(every({"member": NAME, "objective_s": {"type": "number"}}), 1),
        }
    )
    return every(
        {
            "schema": {"const": "echelon/summary/2"},
            "scenario": NAME,
            "runs": array(run, 1),
            "engine": array(engine, 1),
        }
    )


def plan(binary):
    """What echelon plan prints with --json and, with transmissions, writes with --out."""
    rate = {"type": "number", "minimum": 1}
    routing = record(
        {
            "tokens": COUNT,
            "experts": COUNT,
            "top_k": COUNT,
            "bytes_per_copy": COUNT,
            "deduplicate": {"type": "boolean"},
            "placement": TEXT,
            "tokens_per_expert": array(COUNT, 1),
            "tokens_per_gpu": array(COUNT, 1),
        },
        [
            "experts",
            "top_k",
            "bytes_per_copy",
            "deduplicate",
            "placement",
            "tokens_per_expert",
            "tokens_per_gpu",
        ],
    )
    transmission = record(
        {
            "stage": COUNT,
            "source": COUNT,
            "destination": COUNT,
            "bytes": integer(1, 4 * 10**18),
            "start_s": NOT_NEGATIVE,
            "end_s": NOT_NEGATIVE,
            "target": COUNT,
            "spine": COUNT,
        },
        ["stage", "source", "destination", "bytes", "start_s", "end_s"],
    )
    figures = {
        "order": {"enum": [entry["name"] for entry in listing(binary, "orders")]},
        "rule": {"enum": ["exclusive", "sender-order", "unordered"]},
        "reading": {"enum": ["one-sender", "fluid"]},
        "makespan_s": NOT_NEGATIVE,
        "ratio": NOT_NEGATIVE,
        "stages": COUNT,
        "bytes_per_stage": NOT_NEGATIVE,
        "transmission_count": COUNT,
        "fan_in": COUNT,
        "planning_s": NOT_NEGATIVE,
    }
    return record(
        {
            "schema": {"const": "echelon/plan/1"},
            "traffic": record(
                {
                    "name": TEXT,
                    "format": {
                        "enum": [
                            "csv",
                            "json-matrix",
                            "json-routing",
                            "json-loads",
                            "routing-trace",
                            "generated",
                        ]
                    },
                    "collective": {"enum": ["dispatch", "combine"]},
                    "bytes": COUNT,
                    "busiest_port_bytes": COUNT,
                    "routing": routing,
                },
                ["name", "format", "collective", "bytes", "busiest_port_bytes"],
            ),
            "gpus": integer(1, 4096),
            "topology": TEXT,
            "port_rate_bps": rate,
            "port_rates_bps": array(rate, 1),
            "seed": COUNT,
            "gap": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            "bound_s": NOT_NEGATIVE,
            "bound_one_sender_s": NOT_NEGATIVE,
            "bound_own_ports_s": NOT_NEGATIVE,
            "left_out": array(record({"order": TEXT, "reason": TEXT}, ["order", "reason"]), 1),
            "orders": array(
                record({**figures, "transmissions": array(transmission)}, figures), 1
            ),
        },
        ["schema", "traffic", "gpus", "seed", "gap", "bound_s", "orders"],
        oneOf=[{"required": ["port_rate_bps"]}, {"required": ["port_rates_bps"]}],
    )
