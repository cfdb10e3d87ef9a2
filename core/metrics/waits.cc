// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/waits.h"

#include "metrics/wait-sweep.h"

namespace echelon
{

std::vector<WaitRecord>
AttributeWaits(const RunRecord& record, const RateLog& log, const std::vector<BitRate>& capacity)
{
    return WaitSweep(record, log, capacity).Run();
}

} // namespace echelon
