// SPDX-License-Identifier: GPL-2.0-only
#include "workload/collective-schedule.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

namespace
{

/// Appends a transfer unless it is empty; keeps the number of steps.
void
Send(CollectiveSchedule& schedule, const Transfer& transfer)
{
    schedule.steps = std::max(schedule.steps, transfer.step + 1);
    if (transfer.begin < transfer.end)
    {
        schedule.transfers.push_back(transfer);
    }
}

/// n-1 ring steps in which rank r sends part r + shift - step: a reduce-scatter (shift n-1) or an
/// all-gather (shift n).
void
AddRingPass(CollectiveSchedule& schedule, std::uint32_t n, Bytes bytes, std::uint32_t shift)
{
    const std::uint32_t first = schedule.steps;
    for (std::uint32_t step = 0; step + 1 < n; ++step)
    {
        for (std::uint32_t rank = 0; rank < n; ++rank)
        {
            const std::uint32_t part = (rank + shift + n - step) % n;
            Send(schedule,
                 {first + step,
                  rank,
                  (rank + 1) % n,
                  PartBegin(bytes, n, part),
                  PartBegin(bytes, n, part + 1)});
        }
    }
}

/// The range that a rank of the power-of-two core is responsible for after `levels` halvings.
struct Span
{
    std::uint32_t begin;
    std::uint32_t end;
};

Span
SpanAfter(std::uint32_t core, std::uint32_t rank, std::uint32_t levels)
{
    Span span{0, core};
    for (std::uint32_t bit = core / 2; levels > 0; bit /= 2, --levels)
    {
        const std::uint32_t middle = (span.begin + span.end) / 2;
        ((rank & bit) != 0 ? span.begin : span.end) = middle;
    }
    return span;
}

void
AddHalvingDoubling(CollectiveSchedule& schedule, std::uint32_t n, Bytes bytes)
{
    std::uint32_t core = 1;
    std::uint32_t levels = 0;
    while (2 * core <= n)
    {
        core *= 2;
        ++levels;
    }
    const std::uint32_t extra = n - core;
    // The first 2 × extra ranks work in pairs: the odd one stands for both.
    const auto rankOf = [&](std::uint32_t member) {
        return member < extra ? 2 * member + 1 : member + extra;
    };
    std::uint32_t step = 0;
    const auto fold = [&](bool in) {
        for (std::uint32_t pair = 0; pair < extra; ++pair)
        {
            const std::uint32_t even = 2 * pair;
            const std::uint32_t odd = even + 1;
            Send(schedule, {step, in ? even : odd, in ? odd : even, 0, bytes});
        }
        step += extra > 0 ? 1 : 0;
    };
    fold(true);
    for (std::uint32_t level = 0; level < 2 * levels; ++level, ++step)
    {
        const bool halving = level < levels;
        // Depth of the span that is sent: the partner's half, or the whole of what is reduced so
        // far.
        const std::uint32_t depth = halving ? level + 1 : 2 * levels - level;
        const std::uint32_t bit = core >> depth;
        for (std::uint32_t member = 0; member < core; ++member)
        {
            const std::uint32_t partner = member ^ bit;
            const Span span = SpanAfter(core, halving ? partner : member, depth);
            Send(schedule,
                 {step,
                  rankOf(member),
                  rankOf(partner),
                  PartBegin(bytes, core, span.begin),
                  PartBegin(bytes, core, span.end)});
        }
    }
    fold(false);
}

void
AddDoubleTree(CollectiveSchedule& schedule, std::uint32_t n, Bytes bytes)
{
    std::uint32_t height = 0;
    std::vector<std::uint32_t> depth[2];
    for (std::uint32_t tree = 0; tree < 2; ++tree)
    {
        depth[tree].resize(n);
        for (std::uint32_t rank = 0; rank < n; ++rank)
        {
            for (std::uint32_t at = rank; TreeParent(tree, at, n) != at; ++depth[tree][rank])
            {
                at = TreeParent(tree, at, n);
            }
            height = std::max(height, depth[tree][rank]);
        }
    }
    for (std::uint32_t step = 0; step < 2 * height; ++step)
    {
        const bool up = step < height;
        const std::uint32_t level = up ? height - step : step - height + 1;
        for (std::uint32_t tree = 0; tree < 2; ++tree)
        {
            for (std::uint32_t rank = 0; rank < n; ++rank)
            {
                if (depth[tree][rank] == level)
                {
                    const std::uint32_t parent = TreeParent(tree, rank, n);
                    Send(schedule,
                         {step,
                          up ? rank : parent,
                          up ? parent : rank,
                          PartBegin(bytes, 2, tree),
                          PartBegin(bytes, 2, tree + 1)});
                }
            }
        }
    }
}

void
AddAllToAll(CollectiveSchedule& schedule, std::uint32_t n, Bytes bytes)
{
    schedule.forwards = false;
    for (std::uint32_t step = 0; step + 1 < n; ++step)
    {
        for (std::uint32_t rank = 0; rank < n; ++rank)
        {
            const std::uint32_t to = (rank + step + 1) % n;
            Send(schedule, {step, rank, to, PartBegin(bytes, n, to), PartBegin(bytes, n, to + 1)});
        }
    }
}

} // namespace

Bytes
PartBegin(Bytes bytes, std::uint32_t n, std::uint32_t i)
{
    return bytes / n * i + std::min<Bytes>(bytes % n, i);
}

std::uint32_t
TreeParent(std::uint32_t tree, std::uint32_t rank, std::uint32_t n)
{
    if (tree == 1)
    {
        // Mirrored for an even number of ranks, shifted by one for an odd: the leaves of one tree
        // are inner in the other.
        if (n % 2 == 0)
        {
            return n - 1 - TreeParent(0, n - 1 - rank, n);
        }
        return (TreeParent(0, (rank + n - 1) % n, n) + 1) % n;
    }
    if (rank == 0)
    {
        return 0;
    }
    const std::uint32_t bit = rank & (~rank + 1);
    const std::uint32_t up = (rank ^ bit) | (bit << 1);
    return up < n ? up : rank ^ bit;
}

CollectiveSchedule
MakeSchedule(CollectiveKind kind, CollectiveAlgorithm algorithm, std::uint32_t ranks, Bytes bytes)
{
    ECHELON_REQUIRE(ranks >= 1 && bytes >= 0, "a collective has ranks and a size");
    CollectiveSchedule schedule;
    switch (kind)
    {
    case CollectiveKind::ALL_REDUCE:
        if (algorithm == CollectiveAlgorithm::HALVING_DOUBLING)
        {
            AddHalvingDoubling(schedule, ranks, bytes);
        }
        else if (algorithm == CollectiveAlgorithm::TREE)
        {
            AddDoubleTree(schedule, ranks, bytes);
        }
        else
        {
            AddRingPass(schedule, ranks, bytes, ranks - 1);
            AddRingPass(schedule, ranks, bytes, ranks);
        }
        break;
    case CollectiveKind::REDUCE_SCATTER:
        AddRingPass(schedule, ranks, bytes, ranks - 1);
        break;
    case CollectiveKind::ALL_GATHER:
        AddRingPass(schedule, ranks, bytes, ranks);
        break;
    case CollectiveKind::BROADCAST:
        for (std::uint32_t rank = 0; rank + 1 < ranks; ++rank)
        {
            Send(schedule, {rank, rank, rank + 1, 0, bytes});
        }
        break;
    case CollectiveKind::ALL_TO_ALL:
        AddAllToAll(schedule, ranks, bytes);
        break;
    case CollectiveKind::SEND_RECV:
        ECHELON_REQUIRE(ranks == 2, "send-recv joins two ranks");
        Send(schedule, {0, 0, 1, 0, bytes});
        break;
    }
    return schedule;
}

std::string_view
ToText(CollectiveKind kind)
{
    switch (kind)
    {
    case CollectiveKind::ALL_REDUCE:
        return "all-reduce";
    case CollectiveKind::REDUCE_SCATTER:
        return "reduce-scatter";
    case CollectiveKind::ALL_GATHER:
        return "all-gather";
    case CollectiveKind::BROADCAST:
        return "broadcast";
    case CollectiveKind::ALL_TO_ALL:
        return "all-to-all";
    case CollectiveKind::SEND_RECV:
        return "send-recv";
    }
    throw ContractViolation("unknown collective");
}

} // namespace echelon
