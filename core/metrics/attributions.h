// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Whom one wait is attributed to: a list of groups and links with the seconds of each.
 *
 *     attributions.push_back({group, link, 0.25});
 *     Merge(attributions);      // each group and link once
 *     Shorten(attributions);    // besides, only the longest keep the names of their groups
 *
 * Equal attributions keep their order, so the result does not depend on rounding of the sort. O(n
 * log n).
 */
#pragma once

#include "base/ids.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace echelon
{

/// Groups that a step names; the others on a link are one row, with the link and without a group.
inline constexpr std::size_t MAX_NAMED_WAITS = 256;

/// Whom a wait is attributed to.
struct Attribution
{
    std::optional<GroupId> group; ///< none: many, on the link
    LinkId link;
    double seconds = 0;

    friend bool operator<(const Attribution& a, const Attribution& b)
    {
        return a.group != b.group ? a.group < b.group : a.link < b.link;
    }
};

/// Each group and link once.
void Merge(std::vector<Attribution>& attributions);

/// The longest MAX_NAMED_WAITS keep their groups; of the rest one a link is left.
void Shorten(std::vector<Attribution>& attributions);

} // namespace echelon
