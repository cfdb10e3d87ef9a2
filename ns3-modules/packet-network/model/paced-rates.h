// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Sends every flow at the payload rate that the coordinator gave it.
 *
 *     controller.Decide(slot, 1e9, 3, now);   // from now on; rate 0 pauses the flow
 *
 * Segment k of a flow is handed to the interface when the flow's credit reaches the bytes before it
 * (flow-state.h). So the flow's last bit leaves no later than in the fluid model plus the queue at
 * the interface, and at most one segment's time at the flow's rate before. The interface serves its
 * flows in order of due time.
 *
 * There is one pending event per port. A segment and a change of rate take O(log flows).
 */
#ifndef PACED_RATES_H
#define PACED_RATES_H

#include "rate-controller.h"

#include <vector>

namespace ns3
{

class PacedRates : public RateController
{
  public:
    using RateController::RateController;

    void Decide(uint32_t slot, double rate, uint8_t priority, int64_t now) override;
    /// The bytes are sent again at the flow's last rate.
    void Resend(uint32_t slot, uint32_t payload, int64_t now) override;
    void Emit(int64_t now, bool mayTell) override;
    double RemainingBits(uint32_t slot, int64_t now) const override;
    int64_t LeavesAt(uint32_t slot) const override;

  private:
    /// A flow and the time its next segment is due. Valid if the stamp is still the flow's.
    struct Entry
    {
        int64_t due;
        uint32_t stamp;
        uint32_t slot;

        bool operator<(const Entry& other) const
        {
            return due < other.due || (due == other.due && stamp < other.stamp);
        }
    };

    /// Make sure that Emit is called at the first due time.
    void Wake(int64_t now);
    void Push(uint32_t slot);
    void Invalidate(FlowState& flow);
    void PopTop();
    void SiftDown(std::size_t i);
    void DropStaleEntries();

    std::vector<Entry> m_heap; ///< binary min-heap
    std::size_t m_stale{0};    ///< entries that are no longer valid
    bool m_emitting{false};    ///< inside Emit()
};

} // namespace ns3

#endif /* PACED_RATES_H */
