// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-schedule.h"

#include "base/contracts.h"

#include <algorithm>
#include <numeric>

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

/// One channel of a collective, being added.
struct Lane
{
    CollectiveSchedule& schedule;
    const std::vector<std::uint32_t>& order;
    std::uint32_t channel;
    std::uint32_t channels;
    Bytes bytes; ///< of the whole collective

    std::uint32_t Ranks() const
    {
        return static_cast<std::uint32_t>(order.size());
    }

    /// Where the i-th of n parts of the channel's own part of the buffer begins.
    Bytes Begin(std::uint32_t n, std::uint32_t i) const
    {
        const Bytes first = PartBegin(bytes, channels, channel);
        return first + PartBegin(PartBegin(bytes, channels, channel + 1) - first, n, i);
    }

    /// The parts `from` to `to` of n, between two positions of the order.
    void Send(std::uint32_t step,
              std::uint32_t source,
              std::uint32_t destination,
              std::uint32_t n,
              std::uint32_t from,
              std::uint32_t to) const
    {
        echelon::Send(
            schedule,
            {step, order[source], order[destination], Begin(n, from), Begin(n, to), channel});
    }
};

/// n-1 ring steps from `first` on in which position p sends the part of the rank at p + shift -
/// step: a reduce-scatter (shift n-1) or an all-gather (shift n).
void
AddRingPass(const Lane& lane, std::uint32_t first, std::uint32_t shift)
{
    const std::uint32_t n = lane.Ranks();
    for (std::uint32_t step = 0; step + 1 < n; ++step)
    {
        for (std::uint32_t at = 0; at < n; ++at)
        {
            const std::uint32_t part = lane.order[(at + shift + n - step) % n];
            const auto [begin, end] = RingPart(lane.bytes, n, part, lane.channels, lane.channel);
            Send(
                lane.schedule,
                {first + step, lane.order[at], lane.order[(at + 1) % n], begin, end, lane.channel});
        }
    }
}

void
AddRing(const Lane& lane, CollectiveKind kind)
{
    const std::uint32_t n = lane.Ranks();
    if (kind != CollectiveKind::ALL_GATHER)
    {
        AddRingPass(lane, 0, n - 1);
    }
    if (kind != CollectiveKind::REDUCE_SCATTER)
    {
        AddRingPass(lane, kind == CollectiveKind::ALL_REDUCE ? n - 1 : 0, n);
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
AddHalvingDoubling(const Lane& lane)
{
    const std::uint32_t n = lane.Ranks();
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
            lane.Send(step, in ? even : odd, in ? odd : even, 1, 0, 1);
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
            lane.Send(step, rankOf(member), rankOf(partner), core, span.begin, span.end);
        }
    }
    fold(false);
}

void
AddDoubleTree(const Lane& lane)
{
    const std::uint32_t n = lane.Ranks();
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
                    lane.Send(step, up ? rank : parent, up ? parent : rank, 2, tree, tree + 1);
                }
            }
        }
    }
}

/// From rank 0 along the channel's ring.
void
AddChain(const Lane& lane)
{
    const std::uint32_t n = lane.Ranks();
    const auto root = static_cast<std::uint32_t>(
        std::find(lane.order.begin(), lane.order.end(), 0) - lane.order.begin());
    for (std::uint32_t step = 0; step + 1 < n; ++step)
    {
        lane.Send(step, (root + step) % n, (root + step + 1) % n, 1, 0, 1);
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
            Send(schedule,
                 {step, rank, to, PartBegin(bytes, n, to), PartBegin(bytes, n, to + 1), 0});
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

std::pair<Bytes, Bytes>
RingPart(Bytes bytes,
         std::uint32_t ranks,
         std::uint32_t rank,
         std::uint32_t channels,
         std::uint32_t channel)
{
    const Bytes first = PartBegin(bytes, ranks, rank);
    const Bytes size = PartBegin(bytes, ranks, rank + 1) - first;
    // The channels take turns at the bytes that are left over, rank by rank.
    const std::uint32_t i = (channel + rank) % channels;
    return {first + PartBegin(size, channels, i), first + PartBegin(size, channels, i + 1)};
}

bool
IsRing(CollectiveKind kind, CollectiveAlgorithm algorithm)
{
    return kind == CollectiveKind::REDUCE_SCATTER || kind == CollectiveKind::ALL_GATHER ||
           (kind == CollectiveKind::ALL_REDUCE && algorithm == CollectiveAlgorithm::RING);
}

bool
HasChannels(CollectiveKind kind)
{
    return kind != CollectiveKind::ALL_TO_ALL && kind != CollectiveKind::SEND_RECV;
}

std::uint32_t
StepsOfRing(CollectiveKind kind, std::uint32_t ranks)
{
    return (kind == CollectiveKind::ALL_REDUCE ? 2 : 1) * (ranks - 1);
}

CollectiveSchedule
MakeSchedule(CollectiveKind kind, CollectiveAlgorithm algorithm, std::uint32_t ranks, Bytes bytes)
{
    std::vector<std::uint32_t> order(ranks);
    std::iota(order.begin(), order.end(), 0);
    return MakeSchedule(kind, algorithm, RankOrders{std::move(order)}, bytes);
}

CollectiveSchedule
MakeSchedule(CollectiveKind kind,
             CollectiveAlgorithm algorithm,
             const RankOrders& orders,
             Bytes bytes)
{
    ECHELON_REQUIRE(!orders.empty() && !orders[0].empty() && bytes >= 0,
                    "a collective has ranks and a size");
    ECHELON_REQUIRE(orders.size() == 1 || HasChannels(kind), "the collective has no channels");
    const auto ranks = static_cast<std::uint32_t>(orders[0].size());
    const auto channels = static_cast<std::uint32_t>(orders.size());
    CollectiveSchedule schedule;
    schedule.relays = IsRing(kind, algorithm) || kind == CollectiveKind::BROADCAST;
    for (std::uint32_t channel = 0; channel < channels; ++channel)
    {
        const Lane lane{schedule, orders[channel], channel, channels, bytes};
        if (IsRing(kind, algorithm))
        {
            AddRing(lane, kind);
        }
        else if (kind == CollectiveKind::ALL_REDUCE)
        {
            algorithm == CollectiveAlgorithm::TREE ? AddDoubleTree(lane) : AddHalvingDoubling(lane);
        }
        else if (kind == CollectiveKind::BROADCAST)
        {
            AddChain(lane);
        }
        else if (kind == CollectiveKind::ALL_TO_ALL)
        {
            AddAllToAll(schedule, ranks, bytes);
        }
        else
        {
            ECHELON_REQUIRE(ranks == 2, "send-recv joins two ranks");
            Send(schedule, {0, 0, 1, 0, bytes, 0});
        }
    }
    if (channels > 1)
    {
        std::stable_sort(schedule.transfers.begin(),
                         schedule.transfers.end(),
                         [](const Transfer& a, const Transfer& b) { return a.step < b.step; });
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
