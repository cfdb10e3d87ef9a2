# SPDX-License-Identifier: GPL-2.0-only
"""Random scenarios: every workload, scheduler, fabric and control, on small topologies.

    scenario = RandomScenario(random.Random("1/17"), registry).make()

`registry` is what `echelon list` knows: {"schedulers": {name: parameters}, "fabrics": …, "workloads": …}. A scenario is small enough to run
in some ten milliseconds, and is meant to be right; a few that the program refuses (too large an extreme, say) are part of the test.
"""

import string

from _random_choices import RandomChoices
from _shuffled_scenario import EXPLICIT

ORDERS = ["aurora", "aurora-alg1", "greedy-max-weight", "fast", "rack-aware", "sjf", "random", "spread-out", "unordered"]
OPERATIONS = ["all-reduce", "reduce-scatter", "all-gather", "broadcast", "all-to-all", "send-recv"]
TRAFFIC = ["balanced", "uniform", "zipf", "lognormal", "sparse", "permutation", "one-hot"]
# Labels and names that readers of the results may trip over.
ODD_NAMES = ["a,b", 'say "hi"', "=1+1", "@sum", "__proto__", "naïve 模型", "a|b", "-1", "nan", "x/y", "~0", "<b>&", "'", "0"]


class RandomScenario(RandomChoices):
    """One scenario. Each method takes what it needs from self.random, so one seed means one scenario."""

    def __init__(self, random, registry):
        super().__init__(random)
        self.registry = registry

    # -- the scenario

    def make(self):
        self.fluid = "packet" not in self.registry["fabrics"] or self.chance(0.5)
        topology = self.topology()
        scenario = {
            "schema": "echelon/scenario/1",
            "name": "random",
            "seed": self.of(0, 1, self.whole(0, 2**53)),
            "topology": topology,
            "fabric": self.fabric(),
            "jobs": self.jobs(),
            "schedulers": self.schedulers(),
        }
        if self.chance(0.4):
            scenario["control"] = self.control()
        return scenario

    def topology(self):
        self.gpus = self.of(1, 1, 2, 4, 8)
        topology = {"kind": self.of("big-switch", "leaf-spine")}
        if topology["kind"] == "big-switch":
            self.hosts = topology["hosts"] = self.whole(1 if self.gpus > 1 else 2, 9)
        else:
            topology["leaves"], topology["spines"] = self.whole(1, 3), self.whole(1, 3)
            topology["hosts_per_leaf"] = self.whole(2 if topology["leaves"] == 1 else 1, 4)
            self.hosts = topology["leaves"] * topology["hosts_per_leaf"]
            if self.chance(0.5):
                topology["oversubscription"] = self.of(0.5, 1, 2, 3.3, 8, 16, *([0.001, 1000] if self.extreme else []))
                if self.chance(0.5):
                    topology["uplink"] = {"delay": self.delay()}
            else:
                topology["uplink"] = {"rate": self.rate(), "delay": self.delay()}
        topology["host_link"] = {"rate": self.rate(), "delay": self.delay()}
        if self.chance(0.25):
            topology["host_link"]["rates"] = [self.rate() for _ in range(self.hosts)]
        if self.gpus > 1:
            topology["gpus_per_host"] = self.gpus
            topology["scale_up"] = {"rate": self.of("1Tbps", "3.6Tbps", self.rate()), "delay": self.delay()}
            if self.chance(0.5):
                topology["interfaces_per_host"] = self.of(*[n for n in (1, 2, 4, 8) if self.gpus % n == 0])
        self.free = list(range(self.hosts * self.gpus))
        self.random.shuffle(self.free)
        return topology

    def fabric(self):
        if self.fluid:
            fabric = {"kind": "fluid"}
            if self.chance(0.4):
                fabric.update(header=self.of("0B", "82B", 200), segment=self.of("4096B", "1KiB", 9000))
            return fabric
        fabric = {"kind": "packet"}
        if self.chance(0.4):
            fabric["segment"] = self.of("1KiB", "4096B", 8960, "64KiB", *(["64B"] if self.extreme else []))
            fabric["scale_up_segment"] = self.of("64KiB", "256KiB")
        if self.chance(0.3):
            fabric["header"] = self.of("0B", "82B", 1)
        if self.chance(0.2):
            # Less than what a window or an incast brings, so that segments are lost and sent again.
            fabric["queue_capacity"] = self.of("32KiB", "256KiB", "1MiB")
        if self.chance(0.35):
            fabric["enforcement"] = "queues"
            fabric["queues"] = self.whole(1, 8)
            fabric["window"] = self.of("0B", "64KiB", "1MiB")
        return fabric

    def control(self):
        control = {}
        if self.chance(0.5):
            control["minimum_interval"] = self.of("1us", "50us", "1ms")
        if self.chance(0.5):
            control["report_delay"] = self.of("1ns", "20us", "500us")
        if self.chance(0.4):
            control["report_loss"] = self.of(0.01, 0.3, 0.9, *([0.99] if self.extreme else []))
            control["report_timeout"] = self.of("10us", "1ms")
        if self.chance(0.4):
            control["coordinator_lost"] = self.of("0s", "10us", "1ms")
            if self.chance(0.6):
                control["coordinator_back"] = self.of("2ms", "10ms")
        return control

    def schedulers(self):
        names = sorted(self.registry["schedulers"])
        chosen = self.random.sample(names, self.whole(1, 4))
        schedulers = [self.scheduler(name) for name in chosen]
        if self.chance(0.15):
            twice = dict(name=chosen[0], label=self.of(*ODD_NAMES, "twice"))
            schedulers.append(twice)
        return schedulers

    def scheduler(self, name):
        if self.chance(0.5):
            return name
        scheduler = {"name": name}
        own = [{"name": "control_delay", "type": "time"}, {"name": "fair_share", "type": "number"}]
        for parameter in self.registry["schedulers"][name] + own:
            if self.chance(0.2 if parameter["name"] == "fair_share" else 0.4):
                scheduler[parameter["name"]] = self.parameter(parameter)
        return scheduler

    def parameter(self, parameter):
        """A value of a scheduler's parameter, by its type; what some refuse is refused in one line."""
        if parameter["type"] == "choice":
            return self.of(*parameter["choices"])
        if parameter["type"] == "time":
            return self.of("0s", "1ns", "1us", "50us", "1ms")
        if parameter["type"] == "bytes":
            return self.of("1B", "100KB", "10MB")
        if parameter["type"] == "boolean":
            return self.chance(0.5)
        if parameter["type"] == "integer":
            return self.of(1, 2, 10)
        if parameter["name"] == "fair_share":
            return self.of(0, 0.05, 0.3, 0.5, 0.9, *([0.9999999999999999] if self.extreme else []))
        return self.of(1, 1.5, 10)

    # -- jobs

    def jobs(self):
        explicit = self.chance(0.6)
        jobs = []
        for index in range(self.of(1, 1, 2, 3)):
            jobs.append(self.job(self.job_name(index), explicit))
            if not self.free:
                break
        return jobs

    def job_name(self, index):
        if self.chance(0.1):
            return f"{self.of(*ODD_NAMES)}{index}"
        return self.of("a", "b", "Zeta", "job ", "train") + string.ascii_lowercase[index]

    def job(self, name, explicit):
        kind = self.of(*sorted(self.registry["workloads"]))
        if len(self.free) < 2 and kind not in EXPLICIT:
            kind = "flows"
        job = {"name": name}
        ranks = getattr(self, kind.replace("-", "_"))(job)
        if ranks and kind in EXPLICIT:
            ranks = named_devices(job["workload"])
        if ranks and (explicit or kind in EXPLICIT):
            job["placement"] = self.place(ranks)
        elif ranks:
            self.free = self.free[ranks:]
            if self.chance(0.7):
                job["placement"] = self.of("packed", "spread", "random")
        self.vary(job, kind, ranks)
        return job

    def place(self, ranks):
        """A list of GPUs, in runs where they follow one another."""
        taken, self.free = self.free[:ranks], self.free[ranks:]
        if self.chance(0.5):
            taken.sort()
            first, last = taken[0], taken[-1]
            if ranks > 1 and last - first + 1 == ranks:
                return [f"{first}-{last}"]
        return taken

    def vary(self, job, kind, ranks):
        """What any job may have besides its workload and its place."""
        if self.chance(0.5):
            job["iterations"] = self.whole(1, 3)
        if self.chance(0.3):
            job["arrival"] = self.duration()
        if self.chance(0.2):
            job["weight"] = self.of(0.001, 0.5, 2, 1000, *([1e-9, 1e9] if self.extreme else []))
        if self.chance(0.2):
            job["arrangements"] = self.of("declared", "derived")
        if self.chance(0.2):
            job["compute_noise"] = {"sigma": self.of(0, 0.1, 1), "per": self.of("task", "job")}
        if self.chance(0.15) and ranks:
            job["stragglers"] = {"factor": self.of(1, 1.5, 100)}
            if self.chance(0.5):
                job["stragglers"]["count"] = self.whole(1, ranks)
            else:
                job["stragglers"]["ranks"] = [self.whole(0, ranks - 1)]
        if self.chance(0.15):
            if self.chance(0.5):
                job["arrivals"] = {"process": "poisson", "mean_interval": f"{self.spread(1, 5000)}us", "count": self.whole(1, 4)}
            else:
                job["arrivals"] = {"process": "trace", "times": [self.duration() for _ in range(self.whole(1, 4))]}
            if self.chance(0.4):
                job["arrivals"]["places"] = self.whole(1, 2)

    # -- models and collectives; each returns the number of ranks

    def transformer_model(self, layers, experts=1):
        heads = self.of(4, 8)
        model = {
            "layers": layers,
            "hidden": heads * self.of(8, 16, 32),
            "heads": heads,
            "ffn_hidden": self.of(128, 512),
            "vocabulary": self.of(1, 256, 8192),
            "sequence": self.of(4, 32, 512),
        }
        if self.chance(0.3):
            model["kv_heads"] = self.of(4, heads)
        for key in ("gated_ffn", "tied_embeddings", "biases"):
            if self.chance(0.3):
                model[key] = self.chance(0.5)
        if self.chance(0.3):
            model["learned_positions"] = self.of(0, 16)
        if experts > 1:
            model.update(experts=experts, top_k=self.of(1, 2))
        if self.chance(0.5):
            model["layer_forward"] = f"{self.spread(1, 500)}us"
            if self.chance(0.5):
                model["layer_backward"] = f"{self.spread(1, 900)}us"
        return {"kind": "model", "name": "m", "transformer": model}

    def layered_model(self):
        layers = []
        for index in range(self.whole(1, 5)):
            layer = {"name": f"l{index}", "parameters": self.of(0, self.spread(1, 2_000_000))}
            if self.chance(0.5):
                layer["forward"] = self.duration(500)
                if self.chance(0.5):
                    layer["backward"] = self.duration(900)
            else:
                layer["forward_flops"] = self.of(0, 1e9, 1e12)
            layers.append(layer)
        if all(layer["parameters"] == 0 for layer in layers):
            layers[0]["parameters"] = 1
        return {"kind": "model", "name": "m", "layers": layers}

    def training(self, job, **parallelism):
        """The options of every training workload."""
        options = {
            "micro_batch": lambda: self.of(1, 2),
            "value_bytes": lambda: self.of(1, 2, 4),
            "bucket": lambda: self.of("1B", "100KB", "1MB", "25MB"),
            "in_order": lambda: self.chance(0.5),
            "optimizer_time": self.duration,
            "peak_flops": lambda: self.of(1e12, 312e12),
            "utilisation": lambda: self.of(0.01, 0.4, 1),
            "backward_ratio": lambda: self.of(0, 1, 2.5),
        }
        job["parallelism"] = parallelism
        for name, value in options.items():
            if self.chance(0.25):
                parallelism[name] = value()
        self.communication(parallelism)

    def communication(self, options):
        if self.chance(0.4):
            options["all_reduce"] = self.of("ring", "halving-doubling", "tree")
        if self.chance(0.5):
            options["granularity"] = self.of("flow", "step", "chunk")
            if options["granularity"] == "chunk":
                options["chunk"] = self.of("250KB", "1MB")
        if self.chance(0.3):
            options["all_to_all"] = self.of(*ORDERS)
            options["lookahead"] = self.of(0, 1, 3)

    def ranks(self, most=8):
        return self.whole(2, min(most, len(self.free)))

    def transformer(self, job):
        most = len(self.free)
        shapes = [
            (tp, pp, dp) for tp in (1, 2, 4) for pp in (1, 2, 3) for dp in (1, 2, 4) if 2 <= tp * pp * dp <= min(most, 16)
        ]
        tp, pp, dp = self.of(*shapes)
        ep = self.of(*[n for n in (1, 2, 4) if dp % n == 0])
        schedule = self.of("gpipe", "1f1b", "interleaved")
        chunks = 2 if schedule == "interleaved" else 1
        job["workload"] = self.transformer_model(pp * chunks * self.whole(1, 2), experts=self.of(4, 8) if ep > 1 else 1)
        self.training(
            job, kind="transformer", tp=tp, pp=pp, dp=dp, ep=ep, schedule=schedule if pp > 1 else "none",
            microbatches=self.of(1, 2, 4) if chunks == 1 else pp * self.whole(1, 2),
        )
        if schedule == "interleaved" and pp > 1:
            job["parallelism"]["virtual_stages"] = 2
        if self.chance(0.4):
            job["parallelism"]["sequence_parallel"] = self.chance(0.5)
        return tp * pp * dp

    def model(self):
        return self.layered_model() if self.chance(0.6) else self.transformer_model(self.whole(1, 4))

    def data_parallel(self, job):
        ranks = self.ranks()
        job["workload"] = self.model()
        self.training(job, kind="data-parallel", dp=ranks)
        return ranks

    def parameter_server(self, job):
        ranks = self.ranks()
        servers = self.whole(1, ranks - 1)
        job["workload"] = self.model()
        self.training(job, kind="parameter-server", workers=ranks - servers, servers=servers)
        return ranks

    def fsdp(self, job):
        ranks = self.ranks()
        job["workload"] = self.model()
        self.training(job, kind="fsdp", dp=ranks, prefetch=self.of(0, 1, 2))
        return ranks

    def expert_parallel(self, job):
        ep = self.of(*[n for n in (2, 4) if n <= len(self.free)])
        ranks = ep * self.of(*[n for n in (1, 2) if n * ep <= len(self.free)])
        job["workload"] = self.transformer_model(self.whole(1, 3), experts=ep * self.of(1, 2))
        self.training(job, kind="expert-parallel", ep=ep, dp=ranks, microbatches=self.of(1, 2), expert_skew=self.of(0, 1.2))
        return ranks

    def moe_inference(self, job):
        ranks = self.ranks()
        workload = {"kind": "moe-inference", "experts": ranks, "layers": self.whole(1, 3), "traffic": self.of(*TRAFFIC)}
        workload["bytes"] = self.size(2_000_000)
        for name in ("gate_time", "ffn_time", "aggregation_time"):
            if self.chance(0.5):
                workload[name] = self.duration(500)
        if self.chance(0.3):
            workload.update(models=2, second_traffic=self.of("same", *TRAFFIC))
        if self.chance(0.4):
            workload["expert_placement"] = self.of("aurora", "aurora-search", "exact", "in-order", "random")
        if self.chance(0.3):
            workload["start"] = "each-rank"
        if self.chance(0.3):
            workload["backward"] = True
        if self.chance(0.3):
            workload["traffic_seed"] = self.whole(0, 9)
        self.communication(workload)
        job["workload"] = workload
        return ranks

    def collective(self, job):
        operation = self.of(*OPERATIONS)
        ranks = 2 if operation == "send-recv" else self.ranks(16)
        workload = {"kind": "collective", "operation": operation, "ranks": ranks, "bytes": self.size()}
        self.communication(workload)
        if workload.get("granularity") == "chunk":
            workload["bytes"] = self.spread(1, 8_000_000)
        job["workload"] = workload
        return ranks

    # -- explicit workloads; each may place its ranks, or name GPUs that others use as well

    def places(self, least=2):
        """How many GPUs an explicit workload names, and whether they are ranks to be placed."""
        if self.chance(0.5) and len(self.free) >= least:
            ranks = self.whole(least, min(12, len(self.free)))
            return ranks, ranks
        return self.hosts * self.gpus, 0

    def two(self, places):
        return self.random.sample(range(places), 2) if places > 1 else [0, 0]

    def groups(self, job):
        """Names of groups, most of them declared; and a position that each of them takes."""
        names = self.random.sample(["g1", "g2", "g10", *ODD_NAMES], self.whole(1, 4))
        positions, declared = {}, []
        for name in names:
            shape = self.of("coflow", "pipeline", "fsdp", "offsets")
            count = self.whole(1, 4)
            arrangement = {
                "coflow": "coflow",
                "pipeline": {"pipeline": {"positions": count, "period": self.duration()}},
                "fsdp": {"fsdp": {"layers": count, "forward": self.duration(), "backward": self.duration()}},
                "offsets": {"offsets": [f"{k * step}us" for k, step in zip(range(count), [self.whole(0, 900)] * count)]},
            }[shape]
            positions[name] = 1 if shape == "coflow" else count
            entry = {"name": name, "arrangement": arrangement}
            if self.chance(0.3):
                entry["weight"] = self.of(0.1, 1, 7)
            declared.append(entry)
        if self.chance(0.7):
            job["workload"]["groups"] = declared
            return positions
        return dict.fromkeys(names, 1)

    def transfer(self, places, positions, count):
        source, destination = self.two(places)
        flow = {"source": source, "destination": destination, "bytes": self.size()}
        if positions and self.chance(0.8):
            flow["group"] = self.of(*sorted(positions))
            if positions[flow["group"]] > 1 or self.chance(0.1):
                flow["position"] = self.whole(0, positions[flow["group"]] - 1)
        if count and self.chance(0.2):
            flow["count"] = self.whole(1, 5)
        return flow

    def flows(self, job):
        places, ranks = self.places()
        job["workload"] = {"kind": "flows"}
        positions = self.groups(job)
        flows = [self.transfer(places, positions, count=True) for _ in range(self.spread(1, 30))]
        for flow in flows:
            if self.chance(0.6):
                flow["release"] = self.duration()
        if self.chance(0.3):
            flows.append(dict(flows[0]))
        job["workload"]["flows"] = flows
        return ranks

    def tasks(self, job):
        places, ranks = self.places()
        job["workload"] = {"kind": "tasks"}
        positions = self.groups(job)
        tasks = []
        for index in range(self.spread(1, 25)):
            kind = self.of("compute", "compute", "flow", "flow", "flow", "delay", "barrier")
            task = {"id": f"{self.of('t', 'F', 'x ')}{index}", "kind": kind}
            if kind == "compute":
                task.update(device=self.whole(0, places - 1), duration=self.duration())
                if self.chance(0.2):
                    task["stream"] = self.of(0, 1, 63)
            elif kind == "flow":
                task.update(self.transfer(places, positions, count=True))
                task.setdefault("group", sorted(positions)[0])
                if positions[task["group"]] == 1:
                    task.pop("position", None)
            elif kind == "delay":
                task["duration"] = self.duration()
            before = self.random.sample(tasks, min(len(tasks), self.of(0, 1, 1, 2, 3)))
            if before:
                task["after"] = [other["id"] for other in before]
            tasks.append(task)
        job["workload"]["tasks"] = tasks
        return ranks

    def coflows(self, job):
        places, ranks = self.places()
        coflows = []
        for index in range(self.spread(1, 8)):
            coflow = {
                "id": index * self.of(1, 7) + index,
                "mappers": self.random.sample(range(places), self.whole(1, min(4, places))),
                "reducers": [[place, self.size()] for place in self.random.sample(range(places), self.whole(1, min(4, places)))],
            }
            if self.chance(0.6):
                coflow["arrival"] = self.duration()
            coflows.append(coflow)
        ids = set()
        job["workload"] = {"kind": "coflows", "coflows": [c for c in coflows if not (c["id"] in ids or ids.add(c["id"]))]}
        return ranks


def named_devices(workload):
    """One more than the highest number of a device in an explicit workload: how many ranks it has."""
    last = 0
    for entry in workload[workload["kind"]]:
        last = max(last, *(entry.get(key, 0) for key in ("device", "source", "destination")))
        last = max([last, *entry.get("mappers", []), *(place for place, _ in entry.get("reducers", []))])
    return last + 1
