// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Runs around the end of simulated time, on every fabric: they end when a formula says, or are
 * refused with RunTooLong, and nothing else.
 *
 * One switch, links of rate r and delay d. Jobs send m flows of n segments of S bytes to one host
 * at once; when all have arrived, a delay D passes, and the next of k such steps begins. A step
 * takes T = 8 S n m / r + 2 d + D as a fluid, and up to m + 2 segments' transmissions more in
 * packets, which are stored and forwarded.
 */
#include "base/random.h"
#include "emulation/emulation.h"
#include "emulation/least-end.h"
#include "emulation/run-failure.h"
#include "fabric/fair-fabric.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <ostream>

#if ECHELON_WITH_NS3
#include "ns3/packet-fabric.h"
#endif

namespace echelon
{
namespace
{

constexpr Bytes SEGMENT = 4096;

struct LongRunKind
{
    std::string name;
    std::unique_ptr<Fabric> (*make)(const Topology&);
    bool isPacket = false;
};

/// For gtest.
void
PrintTo(const LongRunKind& kind, std::ostream* out)
{
    *out << kind.name;
}

/// The steps of one job or several, and what they take.
struct LongRun
{
    std::uint32_t senders = 1;
    std::uint32_t segments = 1;
    std::uint32_t steps = 1;
    bool isOneJob = true; ///< else a job for each sender, and one step
    double rate = 1;
    Time linkDelay;
    Time delay;

    long double SegmentSeconds() const
    {
        return 8.0L * SEGMENT / static_cast<long double>(rate);
    }

    long double Seconds() const
    {
        const long double links = 2 * static_cast<long double>(linkDelay.Picoseconds()) / 1e12L;
        const long double pause = static_cast<long double>(delay.Picoseconds()) / 1e12L;
        return steps * (SegmentSeconds() * segments * senders + links + pause);
    }

    Topology Network() const
    {
        return MakeBigSwitch({senders + 1, {1, {rate, linkDelay}, {}, {}}});
    }

    std::vector<Job> Jobs() const
    {
        std::vector<Job> jobs(isOneJob ? 1 : senders);
        for (std::size_t j = 0; j < jobs.size(); ++j)
        {
            jobs[j].name = "job" + std::to_string(j);
            TaskGraph& graph = jobs[j].graph;
            graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
            std::optional<TaskId> before;
            for (std::uint32_t step = 0; step < steps; ++step)
            {
                const TaskId pause = graph.AddDelay(delay);
                for (std::uint32_t s = 1; s <= (isOneJob ? senders : 1); ++s)
                {
                    const DeviceId source(isOneJob ? s : j + 1);
                    const TaskId flow =
                        graph.AddFlow({0, source, DeviceId(0), SEGMENT, 0, segments});
                    graph.AddDependency(flow, pause);
                    if (before)
                    {
                        graph.AddDependency(*before, flow);
                    }
                }
                before = pause;
            }
        }
        return jobs;
    }
};

/// Between a day and three years; delays take up to all of it.
LongRun
RandomLongRun(RandomStream& stream)
{
    LongRun run;
    run.senders = static_cast<std::uint32_t>(1 + stream.Below(4));
    run.segments = static_cast<std::uint32_t>(1 + stream.Below(200));
    run.isOneJob = stream.Below(2) == 0;
    run.steps = run.isOneJob ? static_cast<std::uint32_t>(1 + stream.Below(30)) : 1;
    const double step = std::pow(10.0, 5 + 3 * stream.Uniform()) / run.steps;
    const double delays = stream.Below(2) == 0 ? step * stream.Uniform() : 0;
    run.linkDelay = Time::FromSeconds(std::min(1e6, delays / 4));
    run.delay = Time::FromSeconds(std::min(1e6, delays / 2));
    // Whole bits per second, as packets need them.
    const double rate = 8.0 * SEGMENT * run.segments * run.senders / (step - delays);
    run.rate = std::max(1.0, std::round(rate));
    return run;
}

class LongRuns : public testing::TestWithParam<LongRunKind>
{
  protected:
    /// The makespan, or none when the run is refused.
    std::optional<long double> Run(const LongRun& run, const char* name) const
    {
        const Topology topology = run.Network();
        const std::vector<Job> jobs = run.Jobs();
        const SchedulerEntry& entry = SchedulerEntryOf(name);
        const auto scheduler = entry.make(ParameterSet(entry.parameters));
        const auto fabric = GetParam().make(topology);
        try
        {
            const RunRecord record = RunEmulation({topology, jobs, 1}, *scheduler, *fabric);
            return static_cast<long double>(record.makespan.Picoseconds()) / 1e12L;
        }
        catch (const RunTooLong& error)
        {
            const std::string what = error.what();
            EXPECT_NE(what.find("job \"job"), std::string::npos) << what;
            EXPECT_NE(what.find("106 days"), std::string::npos) << what;
            return std::nullopt;
        }
    }
};

TEST_P(LongRuns, EndWhenTheFormulaSaysOrAreRefused)
{
    const long double limit = static_cast<long double>(Time::Max().Picoseconds()) / 1e12L;
    RandomStream stream(5, "long runs");
    int refused = 0;
    int ended = 0;
    for (int i = 0; i < 150; ++i)
    {
        const LongRun run = RandomLongRun(stream);
        const long double least = run.Seconds();
        const long double packets = run.steps * (run.senders + 2) * run.SegmentSeconds();
        const long double most = least + (GetParam().isPacket ? packets : 0);
        const double bound = LeastEndOf(run.Network(), run.Jobs(), 1).seconds;
        EXPECT_LE(bound, least * (1 + 1e-12L));
        const bool isFair = GetParam().name == "fair" || i % 2 == 0;
        const std::optional<long double> end = Run(run, isFair ? "fair" : "fifo");
        if (end)
        {
            ++ended;
            EXPECT_LE(least, limit * (1 + 1e-9L));
            EXPECT_GE(*end, least * (1 - 1e-9L));
            EXPECT_LE(*end, most * (1 + 1e-9L));
        }
        else
        {
            ++refused;
            EXPECT_GT(most, limit * (1 - 1e-9L));
        }
    }
    EXPECT_GT(ended, 30);
    EXPECT_GT(refused, 15);
}

std::vector<LongRunKind>
Kinds()
{
    std::vector<LongRunKind> kinds{
        {"fluid",
         [](const Topology& topology) -> std::unique_ptr<Fabric> {
             return std::make_unique<FluidFabric>(topology);
         }},
        {"fair",
         [](const Topology& topology) -> std::unique_ptr<Fabric> {
             return std::make_unique<FairFabric>(topology);
         }},
    };
#if ECHELON_WITH_NS3
    kinds.push_back({"packet",
                     [](const Topology& topology) {
                         PacketFabricOptions options;
                         options.header = 0;
                         return MakePacketFabric(topology, options);
                     },
                     true});
    kinds.push_back({"queues",
                     [](const Topology& topology) {
                         PacketFabricOptions options;
                         options.header = 0;
                         options.enforcement = Enforcement::QUEUES;
                         return MakePacketFabric(topology, options);
                     },
                     true});
#endif
    return kinds;
}

INSTANTIATE_TEST_SUITE_P(Fabrics, LongRuns, testing::ValuesIn(Kinds()), [](const auto& instance) {
    std::string name = instance.param.name;
    name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
    return name;
});

} // namespace
} // namespace echelon
