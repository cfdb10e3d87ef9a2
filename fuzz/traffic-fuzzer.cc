// SPDX-License-Identifier: GPL-2.0-only

// Feeds arbitrary bytes to the loader of `echelon plan`: CSV, JSON and routing traces, told apart
// by their content. Whatever they are, the loader returns traffic or throws InputError with one
// printable line; UsageError where the options do not belong to the format. Small traffic is
// planned, so that whatever loads can be planned too.
//
//     build/fuzz/bin/traffic-fuzzer -max_total_time=60 -timeout=10 -rss_limit_mb=4096
//         corpus/ traffic traffic/invalid

#include "alltoall/order-registry.h"
#include "alltoall/plan-time.h"
#include "input/input-error.h"
#include "support/exit-codes.h"
#include "support/plan-checker.h"
#include "support/printable.h"
#include "traffic/traffic-loader.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace
{

constexpr std::uint32_t MOST_PLANNED_GPUS = 8;

echelon::RoutingOptions
TraceOptions()
{
    echelon::RoutingOptions options;
    options.gpus = 2;
    options.experts = 8;
    options.topK = 2;
    options.hidden = 1024;
    return options;
}

void
Plan(const echelon::TrafficMatrix& traffic)
{
    if (traffic.Size() > MOST_PLANNED_GPUS)
    {
        return;
    }
    const auto fabric =
        echelon::PlanningFabric::BigSwitch(std::vector<echelon::BitRate>(traffic.Size(), 1e18));
    for (const char* order : {"aurora", "sjf", "unordered"})
    {
        const echelon::TransmissionPlan plan = echelon::MakePlan(order, traffic, fabric, {});
        const double bound = echelon::LowerBound(traffic, fabric);
        const double makespan = echelon::TimePlan(plan, fabric).makespan.Seconds();
        // Times are whole picoseconds.
        if (!echelon::CheckPlan(plan, traffic, fabric).empty() || makespan < bound - 1e-12)
        {
            std::abort();
        }
    }
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const echelon::RoutingOptions& options : {echelon::RoutingOptions(), TraceOptions()})
    {
        try
        {
            Plan(echelon::LoadTraffic("file", echelon::MemoryFiles({{"file", text}}), options)
                     .matrix);
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
        catch (const echelon::UsageError&)
        {
            continue; // a matrix takes no options, a trace needs them
        }
    }
    return 0;
}
