// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Interface of all network models (fluid, packet). The driver starts flows and sets their rates;
 * the fabric lives on a clock (sim/clock.h), which the driver runs.
 *
 *     fabric.SetObserver(&coordinator);
 *     fabric.GetClock().CallAt(Time(), [&] { fabric.StartFlow(flow); });
 *     fabric.GetClock().Run();
 *
 * A flow sends nothing until SetRates gives it a rate. The fabric chooses how it enforces rates
 * (enforcement.h). It holds each flow to its rate, or it shares links by the weights of queues into
 * which SetRates puts the flows; then a flow may send slower or faster than its rate, and a rate of
 * 0 does not stop it. Or it shares its links by itself and takes no rates.
 *
 * The observer hears OnFlowSent when a flow's last bit has left the source, so that its capacity is
 * free, and OnFlowFinished when the last bit has arrived. Between the two lies at least the path's
 * propagation delay. The clock's run ends when nothing is left to do; a flow whose rate is too
 * small to end within the range of Time is left as it is. Errors: a fabric refuses what it cannot
 * do when it is configured (ParameterError).
 */
#pragma once

#include "base/contracts.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/units.h"
#include "fabric/enforcement.h"
#include "flow/flow.h"
#include "network/network-condition.h"
#include "sim/clock.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace echelon
{

/// Hears what happens to flows.
class FabricObserver
{
  public:
    virtual ~FabricObserver() = default;
    /// All bits have left the source, so the flow needs no more rate.
    virtual void OnFlowSent(FlowId flow) = 0;
    /// All bits have arrived.
    virtual void OnFlowFinished(FlowId flow) = 0;

    /// From now on flows send so many payload bits per second over a link between hosts. Only
    /// fabrics that share their links by themselves say this.
    virtual void OnLinkRate(LinkId /*link*/, BitRate /*rate*/)
    {
    }

    /// Whether OnFlowJoins and OnLaneRate are to be called from now on.
    virtual bool WantsFlowRates() const
    {
        return false;
    }

    /// A flow that has started is on a lane until it is sent. All flows of a lane have the same
    /// path, and all their copies the same rate. Only fabrics that share their links by themselves
    /// say this.
    virtual void OnFlowJoins(FlowId /*flow*/, std::uint32_t /*lane*/)
    {
    }

    /// Payload bits per second of each copy on the lane from now on.
    virtual void OnLaneRate(std::uint32_t /*lane*/, BitRate /*rate*/)
    {
    }
};

/// A flow's new rate and priority.
struct RateChange
{
    FlowId flow;
    BitRate rate = 0; ///< payload bits per second, of the whole bundle
    /// 0 (served first) … 7, or the flow's queue where links are shared by queues; fluid fabrics
    /// ignore it.
    std::uint8_t priority = 0;
};

/// A queue's new weight at a link.
struct QueueWeight
{
    LinkId link;
    std::uint8_t queue = 0;
    double weight = 1; ///< > 0; a queue's share of the link is as its weight among those that send
};

/// What a link between hosts carried in one of equal bins of time, and how much waited for it.
struct LinkLoad
{
    LinkId link;
    std::uint32_t bin = 0;   ///< of time [bin, bin + 1) × width
    double bits = 0;         ///< payload
    std::uint64_t queue = 0; ///< bytes on the wire that waited at the link's egress, the largest
};

/// How much work a run was. These are figures of the engine, not results.
struct FabricCounts
{
    std::uint64_t events = 0;
    std::uint64_t packetHops = 0; ///< segments sent over a link; 0 for fluid fabrics
    std::uint64_t packets = 0;    ///< segments sent by sources
    std::uint64_t drops = 0;      ///< segments lost to full queues (all are sent again)
    std::uint64_t sharings = 0;   ///< decisions of a fabric that shares by itself
};

/// How long a flow takes that is alone on its path, from its start.
struct SoloTimes
{
    Time sent;     ///< until the last bit has left the source, as LeavesAt counts
    Time finished; ///< until the last bit has arrived
};

class Fabric
{
  public:
    /// @param clock outlives the fabric, or is part of it. @param condition of its links at first.
    Fabric(Clock& clock, NetworkCondition condition)
        : m_clock(clock),
          m_condition(std::move(condition))
    {
    }

    virtual ~Fabric() = default;

    Clock& GetClock() const
    {
        return m_clock;
    }

    /// What the links carry at present.
    const NetworkCondition& Condition() const
    {
        return m_condition;
    }

    /// Payload bits per second that a link carries per bit per second of its rate: segment /
    /// (segment + header).
    double GoodputFactor() const
    {
        return m_condition.Goodput();
    }

    /// From now on the link carries this rate on the wire; 0: nothing. Where flows are given their
    /// rates, the driver lowers those that are too high before time goes on. @pre the link is one
    /// of the topology, and the fabric's links may change: those of fluid fabrics.
    virtual void SetCapacity(LinkId link, BitRate rate)
    {
        m_condition.SetRate(link, rate);
    }

    /// What a started flow has left to send goes another way from now on, at its present rate; its
    /// last bit arrives the new route's delay after it leaves. @pre as SetCapacity.
    virtual void Reroute(FlowId /*flow*/, Route /*route*/)
    {
        throw ContractViolation("this fabric's flows keep their routes");
    }

    /// Must be set before the first flow starts.
    virtual void SetObserver(FabricObserver* observer) = 0;

    /// Register a flow at the present time with rate 0. @pre the id is larger than those
    /// before, bytes > 0, path not empty.
    virtual void StartFlow(const Flow& flow) = 0;

    /// Bits of a started flow (the whole bundle) that have not left the source; 0 once sent.
    virtual double RemainingBits(FlowId flow) const = 0;

    /// Payload bits per second at which a started flow (the whole bundle) sends now; 0 once sent,
    /// and where queues share links, which give no flow a rate.
    virtual BitRate RateOf(FlowId flow) const = 0;

    /// Call only from OnFlowSent. Time at which the flow's last bit leaves the source. With packets
    /// this is later than now: OnFlowSent is reported when the last segment is queued, not when it
    /// has been transmitted.
    virtual Time LeavesAt(FlowId /*flow*/) const
    {
        return m_clock.Now();
    }

    /// Rates of started, unsent flows from now on. Flows not named keep theirs.
    virtual void SetRates(const std::vector<RateChange>& changes) = 0;

    /// How the fabric makes flows send as was decided. With NONE flows have a rate from their start
    /// on, and SetRates is refused.
    virtual Enforcement EnforcedBy() const
    {
        return Enforcement::RATES;
    }

    /// Number of queues by which sources and switches share links; 0 where there are none.
    virtual std::uint32_t Queues() const
    {
        return 0;
    }

    /// Weights from now on. Queues not named keep theirs. @pre queues are below Queues().
    virtual void SetQueueWeights(const std::vector<QueueWeight>& weights)
    {
        ECHELON_REQUIRE(weights.empty(), "this fabric has no queues");
    }

    /// How long the flow takes at the smallest payload rate of its path. A flow that nothing holds
    /// up takes as long, up to WAIT_ROUNDING_PS; where queues share links it may count as sent
    /// earlier.
    virtual SoloTimes UncontendedTimes(const Flow& flow) const = 0;

    virtual FabricCounts Counts() const = 0;

    /// After the run, by (link, bin): what was sent and what waited, where either is not 0. Empty
    /// where flows send exactly at their rates and nothing waits.
    /// @param width 1 us times a power of two, 128 of which hold the run.
    virtual std::vector<LinkLoad> MeasuredLoads(Time /*width*/) const
    {
        return {};
    }

  private:
    Clock& m_clock;
    NetworkCondition m_condition;
};

} // namespace echelon
