// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Shares the scale-up domain of each host among the flows inside it, without a coordinator.
 *
 *     HostSharing hosts(topology, capacity, fabric, flows, run);
 *     hosts.Add(flow);       // in the table of flows; has its rate after the present instant
 *     hosts.Remove(flow);    // when its last bit has left the source
 *
 * A flow between two devices of one host uses the egress port of one and the ingress port of the
 * other, and no link between hosts. Such flows share their ports max-min fairly, as the hardware of
 * a scale-up switch does. They do not wait for reports or decisions, and no scheduler orders them
 * (docs/adr/0003-flows-inside-a-host.md).
 *
 * When flows come or go, the flows that are connected to them through common ports get new rates
 * after the last event of the instant. A flow that has both of its ports for itself, as in a ring,
 * costs O(1); otherwise the connected flows cost what sharing/max-min.h says. Memory: about 20
 * bytes for each slot of the table, and 32 for each link of the topology.
 */
#pragma once

#include "base/units.h"
#include "control/run-observer.h"
#include "fabric/fabric.h"
#include "flow/flow-table.h"
#include "network/topology.h"
#include "sharing/max-min.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echelon
{

class HostSharing
{
  public:
    /// @param capacity payload bits per second, by LinkId. All parameters outlive this.
    HostSharing(const Topology& topology,
                const std::vector<BitRate>& capacity,
                Fabric& fabric,
                FlowTable& flows,
                RunObserver& run)
        : m_topology(topology),
          m_capacity(capacity),
          m_fabric(fabric),
          m_flows(flows),
          m_run(run),
          m_ports(topology.Links().size())
    {
    }

    /// @pre the flow has been started in the fabric, and both of its ends are in one host.
    void Add(FlowId flow);
    void Remove(FlowId flow);

    /// The port has another capacity from now on.
    void ChangeCapacity(LinkId port)
    {
        if (!m_ports[port.Value()].members.empty())
        {
            Touch(port);
        }
    }

  private:
    /// Egress port and ingress port.
    static constexpr std::size_t HOPS = 2;

    struct Member
    {
        std::array<std::uint32_t, HOPS> placeOnPort{};
        std::uint32_t mark = 0; ///< the last sharing that has included it
        bool isTold = false;    ///< whether the observer is told of its rates
    };

    struct Port
    {
        std::vector<FlowId> members;
        std::uint32_t mark = 0; ///< the last sharing that has included its members
    };

    /// The flows on the port get new rates at the end of the present instant.
    void Touch(LinkId port);
    void Share();
    /// Includes the flows on a port, and all that are connected to them.
    void ShareFrom(LinkId port);
    void Include(LinkId port);
    void SetRate(FlowId flow, BitRate rate, bool isShared);

    Member& MemberOf(FlowId flow)
    {
        return m_members[m_flows.SlotOf(flow)];
    }

    const Topology& m_topology;
    const std::vector<BitRate>& m_capacity;
    Fabric& m_fabric;
    FlowTable& m_flows;
    RunObserver& m_run;
    std::vector<Member> m_members; ///< by the table's slot
    std::vector<Port> m_ports;     ///< by LinkId
    std::vector<LinkId> m_touched; ///< at the present instant, with repetitions
    std::uint32_t m_mark = 0;
    std::vector<FlowId> m_connected;
    MaxMinSolver m_solver;
    std::vector<RateChange> m_changes;
};

} // namespace echelon
