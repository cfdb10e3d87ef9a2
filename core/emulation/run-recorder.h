// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Keeps what happens in a run: the records of flows, groups, computations and iterations, the log
 * of all rates, and the load of every link over time.
 *
 *     RunRecorder recorder(input, flows, fabric);
 *     Coordinator coordinator({…, recorder, …});     // and whoever else tells what it does
 *     RunRecord record = recorder.Finish(coordinator.Counts());
 *
 * What no result needs is not kept (EmulationInput::keepsSeries, keepsRows). Cost: O(1) for each
 * event, O(hops) for a rate; Finish as metrics/waits.h. Memory with neither: 24 bytes for each flow
 * between hosts that ever was, about 50 for each in the network, and 150 for each group.
 */
#pragma once

#include "base/id-window.h"
#include "control/run-observer.h"
#include "emulation/emulation-input.h"
#include "flow/flow-table.h"
#include "metrics/link-series.h"
#include "metrics/rate-log.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace echelon
{

class RunRecorder : public RunObserver
{
  public:
    /// All parameters outlive this.
    RunRecorder(const EmulationInput& input, const FlowTable& flows, Fabric& fabric);

    /// How long an iteration of each job takes on an infinitely fast network.
    void SetIdealIterations(std::vector<Time> lengths)
    {
        m_record.jobIdealIterations = std::move(lengths);
    }

    void OnGroupStarted(const GroupRecord& group) override;
    void OnFlowStarted(FlowId flow, TaskId task) override;
    void OnFlowFinished(FlowId flow) override;
    void OnRate(FlowId flow, BitRate rate) override;
    void OnRatesInForce() override;
    void OnDeparture(FlowId flow) override;
    void OnComputeDone(const ComputeRecord& compute) override;
    void OnIterationDone(const IterationRecord& iteration,
                         const std::vector<PathStepRecord>& path) override;

    /// Of fabrics that give flows their rates by themselves; as FabricObserver says.
    void OnLinkRate(LinkId link, BitRate rate);
    void OnFlowJoins(FlowId flow, std::uint32_t lane);
    void OnLaneRate(std::uint32_t lane, BitRate rate);

    /// That have ended, in this order.
    const std::vector<IterationRecord>& Iterations() const
    {
        return m_record.iterations;
    }

    bool WantsRates() const
    {
        return m_input.keepsSeries && !m_log.IsFull();
    }

    /// What has been recorded, after the run.
    RunRecord Finish(const ControlCounts& control);

  private:
    /// Sum of the rates in force on a link.
    struct LinkRate
    {
        BitRate rate = 0;
        std::uint32_t flows = 0; ///< that have a rate
        bool isChanged = false;  ///< in m_changedLinks
    };

    bool IsScaleUp(FlowId flow) const
    {
        return m_input.topology.IsScaleUp(m_flows.FlowOf(flow).route[0]);
    }

    void ReserveRows();
    FlowRecord RecordOf(FlowId flow, TaskId task) const;
    /// Of the links that a flow crosses, when its rate becomes another.
    void AddToLinks(FlowId flow, BitRate rate);
    void SortRows();
    void SetLinkLoads();

    const EmulationInput& m_input;
    const FlowTable& m_flows;
    Fabric& m_fabric;
    const Clock& m_clock;
    RunRecord m_record;
    std::uint64_t m_iterationsInAll = 0;
    RateLog m_log;
    LinkSeries m_series;
    std::vector<LinkRate> m_linkRates;  ///< by LinkId
    std::vector<LinkId> m_changedLinks; ///< that the series has not heard of yet
    IdWindow<std::uint32_t> m_places;   ///< by FlowId: in the totals' flow times, without rows
};

} // namespace echelon
