// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Carries reports from agents to the coordinator. Reports take time, may be lost and sent again,
 * and do not arrive during an outage.
 *
 *     ReportChannel reports(clock, control);
 *     reports.Send([&] { coordinator.Learn(flow); });      // at once without delay or loss
 *     reports.Cut();                                        // reports on their way never arrive
 *
 * Which reports are lost depends on the seed and on the order in which they are sent.
 */
#pragma once

#include "base/random.h"
#include "control/control-plane.h"
#include "sim/clock.h"

#include <functional>

namespace echelon
{

class ReportChannel
{
  public:
    ReportChannel(Clock& clock, const ControlPlane& control);

    void Send(std::function<void()> deliver);
    void Cut();

    std::uint64_t Sent() const
    {
        return m_sent;
    }

    std::uint64_t Lost() const
    {
        return m_lost;
    }

  private:
    Clock& m_clock;
    Time m_delay;
    double m_loss;
    Time m_timeout;
    RandomStream m_random;
    std::uint64_t m_epoch = 0; ///< reports of earlier epochs never arrive
    std::uint64_t m_sent = 0;
    std::uint64_t m_lost = 0;
};

} // namespace echelon
