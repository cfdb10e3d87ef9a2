// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Whom the flows on critical paths waited for.
 *
 *     record.waits = AttributeWaits(record, log, capacities);   // capacities: payload, by LinkId
 *
 * Definition (docs/reference/metrics.md). A critical flow could send at R and sends at r: it loses
 * the share w = 1 - r / R of its time. On a link of capacity C that is crossed by the part s of the
 * flow (1, unless it is split over several paths) and where others have the rates U together, the
 * flow could have had (C - U) / s, so the others block
 *
 *     b = min(w, max(0, (R - (C - U) / s) / R)).
 *
 * R is the least C / s of the path. U has of each other flow what crosses the link.
 *
 * The link with the largest b counts (ties: the first of the path); b is divided among the others
 * there as their rates, and the rest, w - b, is held back: no competitor took it, but the scheduler
 * or the control plane. Integrated from the step's start until the last bit has left. Where the
 * integral is not the step's waiting (on packets: what waits in queues, and shares by weights),
 * what is missing is held back as well, and what is too much is scaled down. The rows of a step sum
 * to its waiting in integer picoseconds (largest remainders).
 *
 * A step names the MAX_NAMED_WAITS groups that it waited for longest. One row for each link has the
 * rest, and what is due to groups that came when LinkSenders::MAX_SENDERS others were sending
 * there: with a row for each, crowds of flows would fill the disk with the square of their number.
 *
 * What happened after the log was full is held back by nobody known, and counts there.
 *
 * Another flow's part of b is its rate times b / U, the same for all others there. As long as b / U
 * stays, what is attributed to each group is a difference of what it has sent on the link
 * (metrics/link-senders.h). On a link with C = s R, it stays: b / U = 1 / C, however the rates
 * change, whether the link is full or not. It stays as well on a full link while the flow has
 * nothing. On a link with C > s R it changes with the flow's rate, or with the total.
 *
 * While a link with C = s R is full, nothing changes for the critical flows that it counts for, so
 * they are not looked at again until it is full no more. Complexity: O(1) for each link of a
 * change, and for all flows of a lane together; O(links of the path) for each other critical flow
 * and instant at which a total on its path, or its rate, changes; O(groups with a rank on the link,
 * at most 2 MAX_SENDERS + 17) where it begins to wait, ends, or its b / U or the link that counts
 * changes, and where ranks are given back. At worst, with many jobs on links with C > s R, that is
 * at every change: O(instants x critical flows there x ranks there), a multiply-add each. Sorting
 * adds a logarithm of the rows. Memory: 4 bytes for each flow that ever was, about 90 for each that
 * has a rate at one time, about 130 for each group that sends on a link, and at most 24 for each
 * critical flow that waits and rank on its link.
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
