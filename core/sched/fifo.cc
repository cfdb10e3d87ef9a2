// SPDX-License-Identifier: GPL-2.0-only
#include "sched/fifo.h"

namespace echelon
{

void
FifoScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_order.Sort(view, [](const ActiveFlow& flow) { return flow.release; });
    m_residual.Reset(view);
    GiveInOrder(view, m_order.Order(), m_residual, out.rates);
}

} // namespace echelon
