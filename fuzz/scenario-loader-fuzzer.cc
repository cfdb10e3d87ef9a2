// SPDX-License-Identifier: GPL-2.0-only

// Feeds arbitrary bytes to the scenario loader. Whatever they are, the loader returns a scenario or
// throws InputError with one printable line. Files that a scenario names come from memory: a small
// topology and a small model.
//
//     build/fuzz/bin/scenario-loader-fuzzer -max_total_time=60 -timeout=10 -rss_limit_mb=4096
//         corpus/ scenarios/smoke scenarios/paper scenarios/invalid

#include "input/input-error.h"
#include "scenario/scenario-loader.h"
#include "support/printable.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace
{

const char* const TOPOLOGY =
    R"({"kind": "leaf-spine", "leaves": 2, "spines": 2, "hosts_per_leaf": 4,
    "gpus_per_host": 4, "host_link": {"rate": "100Gbps", "delay": "500ns"},
    "uplink": {"rate": "100Gbps"}, "scale_up": {"rate": "1Tbps"}})";

const char* const MODEL = R"({"kind": "model", "name": "small", "transformer": {"layers": 4,
    "hidden": 64, "heads": 8, "ffn_hidden": 256, "vocabulary": 100, "sequence": 32}})";

echelon::FileSource
Files(std::string scenario)
{
    return echelon::MemoryFiles({{"scenario.json", std::move(scenario)},
                                 {"topology.json", TOPOLOGY},
                                 {"../../topologies/leaf-spine-16.json", TOPOLOGY},
                                 {"../../topologies/big-switch-16.json", TOPOLOGY},
                                 {"model.json", MODEL},
                                 {"../../workloads/bert-large.json", MODEL}});
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try
    {
        echelon::LoadScenario("scenario.json",
                              Files(std::string(reinterpret_cast<const char*>(data), size)));
    }
    catch (const echelon::InputError& error)
    {
        const std::string line = error.what();
        if (line.empty() ||
            echelon::Printable(line).size() < std::min<std::size_t>(line.size(), 400) ||
            line.find('\n') != std::string::npos)
        {
            std::abort();
        }
    }
    return 0;
}
