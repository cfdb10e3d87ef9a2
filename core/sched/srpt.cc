// SPDX-License-Identifier: GPL-2.0-only
#include "sched/srpt.h"

#include "sched/sort-key.h"

namespace echelon
{

void
SrptScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_order.Sort(view, [](const ActiveFlow& flow) {
        return VolumeKey(flow.remainingBits / flow.multiplicity);
    });
    m_residual.Reset(view);
    GiveInOrder(view, m_order.Order(), m_residual, out.rates);
}

} // namespace echelon
