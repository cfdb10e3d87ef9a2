// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Puts flows into a few weighted queues, so that links shared by queues come close to the flows'
 * rates.
 *
 *     QueueAssignment assignment(capacity, 8);
 *     assignment.Assign(flows);            // flows: route, multiplicity, rate
 *     flows[0].queue;  assignment.ChangedWeights();
 *
 * Source: Pan et al., HotNets 2022, Section 4 and Figure 7: data goes "in priority queues by
 * allocated bandwidth", and queues share bandwidth "by weights". The paper leaves the rule open.
 * Here a queue's weight at a link is the sum of the rates of its flows there. The flows of a queue
 * get equal shares, so a queue should hold flows of similar rates. Flows that share links, directly
 * or through other flows, are divided together: the logarithms of their rates, per flow of a
 * bundle, are divided into contiguous classes with the least sum of squared distances to the mean
 * of the class (Fisher, "On Grouping for Maximum Homogeneity", JASA 1958; exact, by dynamic
 * programming). Queue 0 has the highest rates. If there are no more distinct rates than queues, the
 * shares equal the rates on every link.
 *
 * With two queues or more, flows of rate 0 have the last queue to themselves. A queue's weight is
 * at least MIN_SHARE of the link's capacity, so that every flow makes progress.
 *
 * Complexity: O(n (hops + log n) + K L²) for n flows, K queues and L distinct rates in a set of
 * flows that share links. L is at most MAX_LEVELS; rates that are too close to be told apart by so
 * many levels count as one.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "fabric/fabric.h"
#include "network/route-table.h"

#include <cstdint>
#include <vector>

namespace echelon
{

class QueueAssignment
{
  public:
    /// Least weight of a queue, as a part of the link's capacity.
    static constexpr double MIN_SHARE = 1.0 / 1024;
    static constexpr std::size_t MAX_LEVELS = 256;

    /// A flow, and where it is put.
    struct Entry
    {
        FlowId flow;
        Route route;
        std::uint32_t multiplicity = 1;
        BitRate rate = 0; ///< of the whole bundle
        std::uint8_t queue = 0;
    };

    /// @param capacity by link id. @param queues 1 … 8.
    QueueAssignment(const std::vector<BitRate>& capacity, std::uint32_t queues);

    /// Divides all flows that have a decision among the queues.
    void Assign(std::vector<Entry>& flows);

    /// Weights that the last Assign changed, by link and queue.
    const std::vector<QueueWeight>& ChangedWeights() const
    {
        return m_changed;
    }

  private:
    struct Level
    {
        double logRate;
        double flows;
    };

    void JoinByLinks(const std::vector<Entry>& flows);
    std::uint32_t Root(std::uint32_t link);
    /// Divides the flows of one set, sorted by descending rate per flow.
    void Part(std::vector<Entry>& flows, const std::vector<std::size_t>& set);
    /// The first level of each class. @param classes the largest number of classes.
    std::vector<std::size_t> Classes(std::size_t classes) const;
    void Weigh(const std::vector<Entry>& flows);

    const std::vector<BitRate>& m_capacity;
    std::uint32_t m_queues;
    std::vector<std::uint32_t> m_parent;          ///< by LinkId: union–find
    std::vector<std::vector<std::size_t>> m_sets; ///< by root's LinkId: places in `flows`
    std::vector<Level> m_levels;
    std::vector<double> m_sums;    ///< by link and queue: rates of the flows
    std::vector<double> m_weights; ///< by link and queue: last told
    std::vector<QueueWeight> m_changed;
};

} // namespace echelon
