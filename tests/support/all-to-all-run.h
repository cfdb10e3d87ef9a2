// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One all-to-all on the packet fabric: how long it took, how many senders a receiver heard, and
 * what waited in front of the receivers.
 *
 *     AllToAllRun run(topology, matrix, {"aurora", 1, "edf"});
 *     run.Seconds() / run.Bound();  run.FanIn();  run.ReceiverQueue();
 *
 * The bound is LowerBound at payload rates (alltoall/planning-fabric.h), or, where it is later,
 * when a rank that is ready late can have sent or received all its bytes. Fan-in counts
 * transmissions that have started and not arrived, those included that the scheduler holds back.
 */
#pragma once

#include "base/random.h"
#include "collective/planned-all-to-all.h"
#include "emulation/emulation.h"
#include "fabric/fabric.h"
#include "sched/scheduler-registry.h"

#include "ns3/egress-port.h"
#include "ns3/fabric-network.h"
#include "ns3/horizon-scheduler.h"
#include "ns3/packet-fabric.h"
#include "ns3/simulator.h"
#include "ns3/topology-helper.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace echelon
{

/// How an all-to-all is carried out.
struct AllToAllCase
{
    std::string order;
    std::uint32_t lookahead = 0;
    std::string scheduler = "fair";
    std::uint32_t queues = 0; ///< 0: agents pace at the scheduler's rates
    Time jitter{};            ///< ranks are ready at random times from 0 to this
    double gap = 0;           ///< OrderOptions::gap
    std::uint64_t seed = 1;   ///< of the jitter
    /// PlannedAllToAll::senderAwaits
    Milestone senderAwaits = Milestone::DONE;
    Bytes window = 0; ///< with queues: bytes that a flow may have on their way; 0: its path
};

/// Carries out one case; ns-3's simulation is its own while the constructor runs.
class AllToAllRun
{
  public:
    AllToAllRun(const Topology& topology, const TrafficMatrix& traffic, const AllToAllCase& wanted)
        : m_devices(topology.Devices())
    {
        std::vector<DeviceId> ranks;
        for (std::uint32_t rank = 0; rank < traffic.Size(); ++rank)
        {
            ranks.emplace_back(rank);
        }
        TaskGraph graph;
        const GroupIndex group =
            graph.AddGroup({"all-to-all", "all-to-all", Arrangement::Coflow(), 1.0});
        std::vector<TaskId> ready;
        RandomStream random(wanted.seed, "jitter");
        std::vector<Time> starts;
        for (std::size_t rank = 0; rank < ranks.size(); ++rank)
        {
            starts.push_back(Time::FromSeconds(random.Uniform() * wanted.jitter.Seconds()));
            ready.push_back(graph.AddDelay(starts.back()));
        }
        OrderOptions options;
        options.gap = wanted.gap;
        PlannedAllToAll planned = PlanAllToAll(wanted.order, topology, ranks, traffic, options);
        planned.senderAwaits = wanted.senderAwaits;
        m_isExclusive = planned.plan.rule == StartRule::EXCLUSIVE;
        m_stages = planned.plan.stages.size();
        AddPlannedAllToAll(graph, ranks, planned, group, ready, wanted.lookahead);

        ns3::FabricNetwork::UsePicoseconds();
        ns3::HorizonScheduler::Install();
        auto network = ns3::CreateObject<ns3::FabricNetwork>();
        network->SetAttribute("Queues", ns3::UintegerValue(wanted.queues));
        network->SetAttribute("Window", ns3::UintegerValue(static_cast<uint64_t>(wanted.window)));
        ns3::BuildFabricNetwork(topology, network, 16 << 20);
        {
            const auto fabric = MakePacketFabric(network);
            const SchedulerEntry& entry = SchedulerEntryOf(wanted.scheduler);
            const auto scheduler = entry.make(ParameterSet(entry.parameters));
            const PlanningFabric planning =
                PlanningFabric::Of(topology, ranks, fabric->GoodputFactor());
            m_bound = LowerBound(traffic, planning);
            const std::vector<Bytes> sent = traffic.RowSums();
            const std::vector<Bytes> received = traffic.ColumnSums();
            for (std::size_t rank = 0; rank < ranks.size(); ++rank)
            {
                const auto bytes = static_cast<double>(std::max(sent[rank], received[rank]));
                m_bound =
                    std::max(m_bound, starts[rank].Seconds() + 8 * bytes / planning.portRate[rank]);
            }
            const std::vector<Job> jobs{{"job", std::move(graph), 1, Time(), 1.0}};
            const auto begin = std::chrono::steady_clock::now();
            m_record = RunEmulation({topology, jobs}, *scheduler, *fabric);
            m_wall =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        }
        for (uint32_t p = 0; p < network->GetPorts(); ++p)
        {
            const ns3::Ptr<ns3::EgressPort> port = network->GetPort(p);
            if (port->GetRole() == ns3::EgressPort::Role::LAST && !topology.IsScaleUp(LinkId(p)))
            {
                m_receiverQueue = std::max(m_receiverQueue, port->MaxQueue());
            }
        }
        m_drops = network->DroppedSegments();
        m_segment = network->GetSegmentSize() + network->GetHeaderSize();
        network->Dispose();
        ns3::Simulator::Destroy();
    }

    double Seconds() const
    {
        return m_record.makespan.Seconds();
    }

    double Bound() const
    {
        return m_bound;
    }

    /// Largest backlog of a last port between hosts, in full segments; the one in transmission not
    /// counted.
    double ReceiverQueue() const
    {
        return static_cast<double>(m_receiverQueue) / m_segment;
    }

    std::uint64_t Drops() const
    {
        return m_drops;
    }

    /// Whether transmissions wait for their receivers too.
    bool IsExclusive() const
    {
        return m_isExclusive;
    }

    std::size_t Stages() const
    {
        return m_stages;
    }

    double WallSeconds() const
    {
        return m_wall;
    }

    /// Largest number of transmissions under way to one receiver, from other hosts.
    std::uint32_t FanIn() const
    {
        std::uint32_t most = 0;
        for (const auto& [time, fanIn] : FanInOverTime())
        {
            most = std::max(most, fanIn);
        }
        return most;
    }

    /// Whenever it changes: the largest fan-in over all receivers.
    std::vector<std::pair<Time, std::uint32_t>> FanInOverTime() const
    {
        struct Step
        {
            Time time;
            int change; ///< ends before starts
            std::uint32_t receiver;

            bool operator<(const Step& other) const
            {
                return std::tie(time, change, receiver) <
                       std::tie(other.time, other.change, other.receiver);
            }
        };

        std::vector<Step> steps;
        for (const FlowRecord& flow : m_record.flows)
        {
            if (!flow.scaleUp)
            {
                steps.push_back({flow.start, 1, flow.destination.Value()});
                steps.push_back({flow.finish, -1, flow.destination.Value()});
            }
        }
        std::sort(steps.begin(), steps.end());
        std::vector<std::uint32_t> senders(m_devices, 0);
        std::vector<std::uint32_t> receiversWith(1 + steps.size(), 0);
        std::uint32_t most = 0;
        std::vector<std::pair<Time, std::uint32_t>> series;
        for (std::size_t i = 0; i < steps.size(); ++i)
        {
            std::uint32_t& count = senders[steps[i].receiver];
            receiversWith[count] -= count > 0 ? 1 : 0;
            count += static_cast<std::uint32_t>(steps[i].change);
            ++receiversWith[count];
            most = std::max(most, count);
            while (most > 0 && receiversWith[most] == 0)
            {
                --most;
            }
            const bool settled = i + 1 == steps.size() || steps[i].time < steps[i + 1].time;
            if (settled && (series.empty() || series.back().second != most))
            {
                series.emplace_back(steps[i].time, most);
            }
        }
        return series;
    }

  private:
    std::uint32_t m_devices;
    RunRecord m_record;
    double m_bound = 0;
    double m_wall = 0;
    double m_segment = 1;
    std::size_t m_stages = 0;
    bool m_isExclusive = false;
    std::uint64_t m_receiverQueue = 0;
    std::uint64_t m_drops = 0;
};

/// The same bytes for every pair.
inline TrafficMatrix
UniformTraffic(std::uint32_t ranks, Bytes bytes)
{
    TrafficMatrix traffic(ranks);
    for (std::uint32_t s = 0; s < ranks; ++s)
    {
        for (std::uint32_t d = 0; d < ranks; ++d)
        {
            traffic.Set(s, d, bytes);
        }
    }
    return traffic;
}

/// Every rank sends about `bytes`, to receivers by Zipf's law with the exponent (the ranks'
/// popularity is shuffled), each entry times a random factor from 0.5 to 1.5.
inline TrafficMatrix
SkewedTraffic(std::uint32_t ranks, Bytes bytes, double exponent, std::uint64_t seed)
{
    RandomStream random(seed, "traffic");
    std::vector<double> popularity;
    double sum = 0;
    for (std::uint32_t r = 0; r < ranks; ++r)
    {
        popularity.push_back(std::pow(r + 1.0, -exponent));
        sum += popularity.back();
    }
    random.Shuffle(popularity);
    TrafficMatrix traffic(ranks);
    for (std::uint32_t s = 0; s < ranks; ++s)
    {
        for (std::uint32_t d = 0; d < ranks; ++d)
        {
            const double mean = static_cast<double>(bytes) * popularity[d] / sum;
            traffic.Set(s, d, std::llround(mean * (0.5 + random.Uniform())));
        }
    }
    return traffic;
}

} // namespace echelon
