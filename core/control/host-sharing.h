// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Shares the scale-up domain of each host among the flows inside it, without a coordinator.
 *
 *     HostSharing hosts(topology, capacity, fabric);
 *     const std::uint32_t place = hosts.Add(flow);   // has its rate after the present instant
 *     hosts.Remove(place);                           // when its last bit has left the source
 *
 * A flow between two devices of one host uses the egress port of one and the ingress port of the
 * other, and no link between hosts. Such flows share their ports max-min fairly, as the hardware of
 * a scale-up switch does. They do not wait for reports or decisions, and no scheduler orders them
 * (docs/adr/0003-flows-inside-a-host.md).
 *
 * When flows come or go, the flows that are connected to them through common ports get new rates,
 * once an instant, after its last event. Complexity: O(1) for a flow that has both of its ports for
 * itself, as in a ring; otherwise as sharing/max-min.h for the connected flows. Memory: about 80
 * bytes for each flow that sends, and 28 for each link of the topology.
 */
#pragma once

#include "base/units.h"
#include "fabric/fabric.h"
#include "metrics/rate-log.h"
#include "network/topology.h"
#include "sharing/max-min.h"
#include "sim/clock.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echelon
{

class HostSharing
{
  public:
    /// @param capacity payload bits per second, by LinkId. All parameters outlive this.
    HostSharing(const Topology& topology, const std::vector<BitRate>& capacity, Fabric& fabric)
        : m_topology(topology),
          m_capacity(capacity),
          m_fabric(fabric),
          m_clock(fabric.GetClock()),
          m_ports(topology.Links().size())
    {
    }

    /// The rates of flows that share a port with others go to this log, from when they first do. A
    /// flow that is not in the log has always had the whole capacity of its path.
    void LogRates(RateLog& log)
    {
        m_log = &log;
    }

    /// @pre the flow has been started in the fabric, and both of its ends are in one host.
    /// @returns a place for Remove, which is used again after that.
    std::uint32_t Add(const Flow& flow);

    void Remove(std::uint32_t place);

  private:
    /// Egress port and ingress port.
    static constexpr std::size_t HOPS = 2;

    struct Member
    {
        FlowId flow;
        std::uint32_t multiplicity = 0;
        Route route;
        BitRate rate = 0;
        std::array<std::uint32_t, HOPS> placeOnPort{};
        std::uint32_t mark = 0; ///< the last sharing that has included it
        bool isLogged = false;
    };

    struct Port
    {
        std::vector<std::uint32_t> members; ///< places
        std::uint32_t mark = 0;             ///< the last sharing that has included its members
    };

    /// The flows on the port get new rates at the end of the present instant.
    void Touch(LinkId port);
    void Share();
    /// Includes the flows on a port, and all that are connected to them.
    void ShareFrom(LinkId port);
    void Include(LinkId port);
    void SetRate(Member& member, BitRate rate, bool isShared);

    const Topology& m_topology;
    const std::vector<BitRate>& m_capacity;
    Fabric& m_fabric;
    Clock& m_clock;
    RateLog* m_log = nullptr;
    std::vector<Member> m_members;     ///< by place
    std::vector<std::uint32_t> m_free; ///< places
    std::vector<Port> m_ports;         ///< by LinkId
    std::vector<LinkId> m_touched;     ///< at the present instant, with repetitions
    std::uint32_t m_mark = 0;
    std::vector<std::uint32_t> m_connected; ///< places
    MaxMinSolver m_solver;
    std::vector<RateChange> m_changes;
};

} // namespace echelon
