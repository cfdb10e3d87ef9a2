// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/task-budget.h"

#include "base/parameters.h"

#include <cstdio>
#include <string>

namespace echelon
{

/// "2,016,000,064", "1.2e+18".
static std::string
Grouped(double count)
{
    char text[32];
    std::snprintf(text, sizeof text, count < 1e15 ? "%.0f" : "%.3g", count);
    std::string grouped(text);
    for (std::size_t i = grouped.size(); count < 1e15 && i > 3; i -= 3)
    {
        grouped.insert(i - 3, ",");
    }
    return grouped;
}

/// "4.4 GB" of so many tasks.
static std::string
Gigabytes(double tasks)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3g GB", tasks * BYTES_PER_TASK / 1e9);
    return text;
}

void
CheckTaskBudget(double tasks)
{
    if (tasks > MAX_TASKS)
    {
        throw ParameterError("kind",
                             "an iteration would have " + Grouped(tasks) + " tasks, " +
                                 Gigabytes(tasks) + " of memory; the limit is " +
                                 Grouped(MAX_TASKS) + " tasks, " + Gigabytes(MAX_TASKS),
                             "fewer ranks or micro-batches, larger chunks or granularity flow");
    }
}

} // namespace echelon
