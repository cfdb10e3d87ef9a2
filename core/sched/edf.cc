// SPDX-License-Identifier: GPL-2.0-only
#include "sched/edf.h"

namespace echelon
{

void
EdfScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_order.Sort(view, [](const ActiveFlow& flow) { return flow.idealFinish; });
    m_residual.Reset(view);
    GiveInOrder(view, m_order.Order(), m_residual, out.rates);
}

} // namespace echelon
