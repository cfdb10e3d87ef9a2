// SPDX-License-Identifier: GPL-2.0-only
#include "control/report-channel.h"

#include "base/contracts.h"

#include <utility>

namespace echelon
{

ReportChannel::ReportChannel(Clock& clock, const ControlPlane& control)
    : m_clock(clock),
      m_delay(control.reportDelay),
      m_loss(control.reportLoss),
      m_timeout(control.reportTimeout),
      m_random(control.seed, "reports")
{
    ECHELON_REQUIRE(m_loss >= 0 && m_loss < 1, "not every report is lost");
}

void
ReportChannel::Send(std::function<void()> deliver)
{
    Time delay = m_delay;
    ++m_sent;
    while (m_loss > 0 && m_random.Uniform() < m_loss)
    {
        ++m_lost;
        ++m_sent;
        delay = delay + m_timeout;
    }
    if (delay == Time())
    {
        deliver();
        return;
    }
    m_clock.CallAt(m_clock.Now() + delay, [this, epoch = m_epoch, deliver = std::move(deliver)] {
        if (epoch == m_epoch)
        {
            deliver();
        }
    });
}

void
ReportChannel::Cut()
{
    ++m_epoch;
}

} // namespace echelon
