// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Whom the flows on critical paths waited for.
 *
 *     record.waits = AttributeWaits(record, log, capacities);   // capacities: payload, by LinkId
 *
 * Definition (docs/reference/metrics.md). A critical flow could send at R, the least capacity of
 * its path, and sends at r: it loses the share w = 1 - r / R of its time. On a link of capacity C
 * where others have the rates U together, the flow could have had C - U, so the others block
 *
 *     b = min(w, max(0, (R - (C - U)) / R)).
 *
 * The link with the largest b counts (ties: the first of the path); b is divided among the others
 * there as their rates, and the rest, w - b, is held back: no competitor took it, but the scheduler
 * or the control plane. Integrated from the step's start until the last bit has left. Where the
 * integral is not the step's waiting (on packets: what waits in queues, and shares by weights),
 * what is missing is held back as well, and what is too much is scaled down. The rows of a step sum
 * to its waiting in integer picoseconds (largest remainders).
 *
 * What happened after the log was full is held back by nobody known, and counts there. Complexity:
 * one pass over the log; for each critical flow and instant at which rates on its path change, the
 * flows on its path. Memory: O(flows).
 */
#pragma once

#include "metrics/rate-log.h"
#include "metrics/records.h"

#include <vector>

namespace echelon
{

/// @param capacity payload bits per second, by LinkId.
/// @returns by (job, iteration, step, longest first, group, link), those longer than 0.
std::vector<WaitRecord> AttributeWaits(const RunRecord& record,
                                       const RateLog& log,
                                       const std::vector<BitRate>& capacity);

} // namespace echelon
