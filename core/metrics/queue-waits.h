// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Whom flows on critical paths waited for in queues of the network, after they had been sent.
 *
 *     record.waits = AttributeWaits(record, log, capacities);
 *     AttributeQueues(record);                       // by the times `queued` of the steps
 *
 * AttributeWaits (metrics/waits.h) knows rates, and a flow has one until its last bit has left the
 * source: what its last bits then wait for in queues is held back by nobody there. But they wait
 * behind segments of the flows that shared its links while it was sent. So PathStepRecord::queued,
 * as far as it was held back, is divided among the step's rows with a competitor, in proportion to
 * their times (Apportion); a step without such rows keeps its row. The rows of a step add up to
 * what they did. On fluid fabrics nothing is queued. Complexity: O(rows × log(rows of a step)).
 * Definition: docs/reference/metrics.md.
 */
#pragma once

#include "metrics/records.h"

namespace echelon
{

/// Changes `record.waits`, and keeps its order.
void AttributeQueues(RunRecord& record);

} // namespace echelon
