// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Every registered scheduler, as the parameter of a test suite.
 *
 *     INSTANTIATE_TEST_SUITE_P(All, Suite, testing::ValuesIn(SchedulerNames()), TestNameOf);
 */
#pragma once

#include "sched/scheduler-registry.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace echelon
{

inline std::vector<std::string>
SchedulerNames()
{
    std::vector<std::string> names;
    for (const SchedulerEntry& entry : SchedulerEntries())
    {
        names.push_back(entry.name);
    }
    return names;
}

/// gtest allows no hyphen in a name.
inline std::string
TestNameOf(const testing::TestParamInfo<std::string>& info)
{
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

} // namespace echelon
