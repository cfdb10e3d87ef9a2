// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * ns-3's simulator as the core's clock.
 *
 *     PacketClock clock(network);
 *     clock.CallAt(echelon::Time::FromSeconds(1), [] { … });
 *     clock.Run();
 *
 * CallWhenSettled waits for all events of the network at the present time; events that a program
 * schedules with Simulator::ScheduleNow from such a callback are not waited for. Exceptions thrown
 * by callbacks leave Run.
 */
#ifndef PACKET_CLOCK_H
#define PACKET_CLOCK_H

#include "sim/clock.h"

#include "ns3/ptr.h"

#include <cstdint>
#include <vector>

namespace ns3
{
class FabricNetwork;
}

namespace echelon
{

class PacketClock : public Clock
{
  public:
    explicit PacketClock(ns3::Ptr<ns3::FabricNetwork> network);
    ~PacketClock() override;

    Time Now() const override;
    void CallAt(Time time, std::function<void()> callback) override;
    void CallWhenSettled(std::function<void()> callback) override;
    void Run() override;

  private:
    std::uint64_t ImmediateEvents() const;
    void AwaitSettled();

    ns3::Ptr<ns3::FabricNetwork> m_network;
    std::uint64_t m_callsAtPresent = 0; ///< asked for at the time for which they were asked
    std::vector<std::function<void()>> m_settled;
};

} // namespace echelon

#endif /* PACKET_CLOCK_H */
