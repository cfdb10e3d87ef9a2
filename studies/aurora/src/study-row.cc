// SPDX-License-Identifier: GPL-2.0-only
#include "study-row.h"

#include <cinttypes>
#include <cstdio>

namespace study
{

namespace
{

void
PrintCell(const std::optional<double>& value)
{
    std::putchar(',');
    if (value)
    {
        std::printf("%.9g", *value);
    }
}

void
PrintCell(const std::optional<std::size_t>& value)
{
    std::putchar(',');
    if (value)
    {
        std::printf("%zu", *value);
    }
}

} // namespace

void
PrintHeader()
{
    std::puts("part,traffic,case,seed,contender,variant,time_s,all_to_all_s,bound_s,utilisation,"
              "stages,transmissions");
}

void
Print(const Row& row)
{
    std::printf("%s,%s,%s,%" PRIu64 ",%s,%s,%.9g",
                row.part.c_str(),
                row.traffic.c_str(),
                row.name.c_str(),
                row.seed,
                row.contender.c_str(),
                row.variant.c_str(),
                row.time);
    PrintCell(row.allToAll);
    PrintCell(row.bound);
    PrintCell(row.utilisation);
    PrintCell(row.stages);
    PrintCell(row.transmissions);
    std::putchar('\n');
}

} // namespace study
