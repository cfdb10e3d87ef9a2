// SPDX-License-Identifier: GPL-2.0-only
#include "order-times.h"
#include "study-parts.h"
#include "study-row.h"

#include "alltoall/order-registry.h"
#include "alltoall/plan-time.h"
#include "experts/traffic-generator.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

namespace study
{

using namespace echelon;

namespace
{

constexpr std::array<std::uint32_t, 8> GPUS{8, 16, 32, 64, 128, 256, 512, 1024};
/// Beyond, these orders and the sharing of all pairs take too long for a study that is made in
/// minutes.
constexpr std::uint32_t MOST_OF_SLOW = 256;
constexpr std::uint32_t MOST_OF_SHARING = 128;
constexpr std::uint32_t ALL = GPUS.back();

struct Contender
{
    const char* order;
    double gap;
    const char* variant;
    std::uint32_t mostGpus;
};

constexpr std::array<Contender, 8> CONTENDERS{{{"aurora", 0, "exact", ALL},
                                               {"aurora", 0.01, "gap-0.01", ALL},
                                               {"unordered", 0, "max-min", MOST_OF_SHARING},
                                               {"aurora-alg1", 0, "exclusive", MOST_OF_SLOW},
                                               {"greedy-max-weight", 0, "exclusive", MOST_OF_SLOW},
                                               {"spread-out", 0, "hol-shared", ALL},
                                               {"random", 0, "hol-shared", ALL},
                                               {"sjf", 0, "hol-shared", ALL}}};

void
RunContender(const std::string& generator, const TrafficMatrix& traffic, const Contender& contender)
{
    const PlanningFabric fabric = FabricOf(HomogeneousGpus(traffic.Size()));
    const TransmissionPlan plan = MakePlan(contender.order, traffic, fabric, {1, contender.gap});
    const double seconds = TimePlan(plan, fabric).makespan.Seconds();
    Print({"scaling",
           generator,
           std::to_string(traffic.Size()),
           1,
           contender.order,
           contender.variant,
           seconds,
           seconds,
           LowerBound(traffic, fabric),
           {},
           plan.stages.size(),
           TransmissionsOf(plan)});
}

/// Seconds of the fastest of some plannings.
double
PlanningTime(const TrafficMatrix& traffic, const Contender& contender)
{
    constexpr int REPETITIONS = 3;
    const PlanningFabric fabric = FabricOf(HomogeneousGpus(traffic.Size()));
    double fastest = std::numeric_limits<double>::infinity();
    for (int k = 0; k < REPETITIONS; ++k)
    {
        const auto start = std::chrono::steady_clock::now();
        MakePlan(contender.order, traffic, fabric, {1, contender.gap});
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        fastest = std::min(fastest, taken.count());
    }
    return fastest;
}

/// Calls `run` with generator, traffic and contender.
template <class Run>
void
ForEachContender(Run run)
{
    // One hot expert, and none: with a hot one nearly any order keeps its port busy.
    for (const std::string generator : {"zipf", "lognormal"})
    {
        for (const std::uint32_t gpus : GPUS)
        {
            const TrafficMatrix traffic = GenerateTraffic(generator, gpus, 1);
            for (const Contender& contender : CONTENDERS)
            {
                if (gpus <= contender.mostGpus)
                {
                    run(generator, traffic, contender);
                }
            }
        }
    }
}

} // namespace

void
RunScaling(const StudyInput& /*input*/)
{
    ForEachContender(RunContender);
}

void
RunPlanningTimes(const StudyInput& /*input*/)
{
    ForEachContender(
        [](const std::string& generator, const TrafficMatrix& traffic, const Contender& contender) {
            Print({"planning-times",
                   generator,
                   std::to_string(traffic.Size()),
                   1,
                   contender.order,
                   contender.variant,
                   PlanningTime(traffic, contender)});
        });
}

} // namespace study
