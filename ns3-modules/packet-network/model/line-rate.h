// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Sends at the rate of the interface, queue by queue, each flow within its window: what sources do
 * where weighted queues share the links.
 *
 *     ports.At(0).shares.SetWeight(1, 1e9);    // of queue 1
 *     controller.Decide(slot, 0, 1, now);      // the flow belongs to queue 1 from now on
 *
 * Whenever the interface is free, the queue that is furthest behind its share (queue-shares.h)
 * sends one segment. The flows of a queue take turns; a bundle sends as many segments per turn as
 * it has flows. Rates play no part, and a flow without a decision sends nothing.
 *
 * A window bounds the bytes of a flow that are on their way: those that have left the interface and
 * are neither acknowledged nor known to be lost. One segment always may be. The destination
 * acknowledges each segment as it arrives; the acknowledgement takes the propagation delay of the
 * way back and loads no link. So no port ever holds more than the windows of its flows.
 *
 * A segment takes O(queues), and O(log segments on their way) for its acknowledgement. The
 * controller wakes for an acknowledgement only when none of its flows may send.
 */
#ifndef LINE_RATE_H
#define LINE_RATE_H

#include "rate-controller.h"

#include <array>
#include <vector>

namespace ns3
{

/// The window that a flow starts with. @param bytes of each flow of the bundle, or 0: what the
/// slowest link of the path carries in a round trip of an empty network, and one segment.
FlowWindow MakeWindow(const PortEngine& ports, const FabricFlow& flow, uint64_t bytes);

class LineRate : public RateController
{
  public:
    /// @param window as in MakeWindow.
    LineRate(const EngineParts& parts, uint32_t port, uint64_t window);

    void Start(uint32_t slot, const FabricFlow& flow) override;
    /// Put the flow into a queue. @param rate of no account.
    void Decide(uint32_t slot, double rate, uint8_t priority, int64_t now) override;
    void Resend(uint32_t slot, uint32_t payload, int64_t now) override;
    void Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now) override;
    void Emit(int64_t now, bool mayTell) override;
    double RemainingBits(uint32_t slot, int64_t now) const override;
    int64_t LeavesAt(uint32_t slot) const override;

  private:
    static constexpr uint32_t NONE = 0xffffffff;

    /// Bytes of a flow that are known to have arrived from `time` on.
    struct Acknowledgement
    {
        int64_t time;
        uint32_t flow; ///< the id: by then the slot may be another flow's
        uint32_t slot;
        uint32_t payload;

        /// The earliest comes first out of a heap; ties by id.
        bool operator<(const Acknowledgement& other) const
        {
            return time > other.time || (time == other.time && flow > other.flow);
        }
    };

    /// Of the port, which the queues of its flows share.
    QueueShares& Shares()
    {
        return m_ports.At(m_port).shares;
    }

    /// Put a flow into its queue if it may send.
    void Admit(uint32_t slot, int64_t now);
    void List(uint32_t slot, int64_t now);
    void Unlist(uint32_t slot);
    void TakeAcknowledgements(int64_t now);
    void Wake(int64_t now, bool atClock);

    std::array<uint32_t, FABRIC_PRIORITIES> m_first; ///< slot of the flow whose turn it is
    std::vector<Acknowledgement> m_acknowledgements; ///< heap
    uint64_t m_window;                               ///< bytes, or 0
    uint32_t m_blocked{0};                           ///< flows that wait for their window
    bool m_emitting{false};                          ///< inside Emit()
};

} // namespace ns3

#endif /* LINE_RATE_H */
