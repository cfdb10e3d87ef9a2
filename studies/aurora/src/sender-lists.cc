// SPDX-License-Identifier: GPL-2.0-only
#include "sender-lists.h"

#include "base/contracts.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>
#include <vector>

namespace study
{

using namespace echelon;

namespace
{

struct Item
{
    std::uint32_t receiver;
    double seconds;
};

using Lists = std::vector<std::deque<Item>>;

Lists
ListsOf(const TransmissionPlan& plan, const PlanningFabric& fabric)
{
    ECHELON_REQUIRE(plan.rule == StartRule::SENDER_ORDER, "every sender has a list");
    Lists lists(plan.ranks);
    for (const Stage& stage : plan.stages)
    {
        for (const Transmission& t : stage.transmissions)
        {
            const BitRate rate =
                std::min(fabric.portRate[t.source], fabric.portRate[t.destination]);
            lists[t.source].push_back({t.destination, 8 * static_cast<double>(t.bytes) / rate});
        }
    }
    return lists;
}

/// When, from which sender, to which receiver a transmission ends.
using End = std::tuple<double, std::uint32_t, std::uint32_t>;
using Ends = std::priority_queue<End, std::vector<End>, std::greater<>>;

double
ServeHeads(Lists lists)
{
    std::vector<std::deque<std::uint32_t>> offers(lists.size());
    std::vector<bool> busy(lists.size(), false);
    Ends ends;
    const auto serve = [&](std::uint32_t receiver, double now) {
        if (!busy[receiver] && !offers[receiver].empty())
        {
            const std::uint32_t sender = offers[receiver].front();
            offers[receiver].pop_front();
            busy[receiver] = true;
            ends.emplace(now + lists[sender].front().seconds, sender, receiver);
        }
    };
    const auto offer = [&](std::uint32_t sender, double now) {
        if (!lists[sender].empty())
        {
            const std::uint32_t receiver = lists[sender].front().receiver;
            offers[receiver].push_back(sender);
            serve(receiver, now);
        }
    };
    for (std::uint32_t sender = 0; sender < lists.size(); ++sender)
    {
        offer(sender, 0);
    }
    double last = 0;
    while (!ends.empty())
    {
        const auto [now, sender, receiver] = ends.top();
        ends.pop();
        last = now;
        busy[receiver] = false;
        lists[sender].pop_front();
        serve(receiver, now);
        offer(sender, now);
    }
    return last;
}

/// Position by position over all senders, whatever fits free ports starts.
double
ServeWhatFits(Lists lists)
{
    std::size_t longest = 0;
    for (const std::deque<Item>& list : lists)
    {
        longest = std::max(longest, list.size());
    }
    std::vector<double> sendFree(lists.size(), 0);
    std::vector<double> receiveFree(lists.size(), 0);
    const double never = std::numeric_limits<double>::infinity();
    double now = 0;
    double last = 0;
    while (now < never)
    {
        for (std::size_t k = 0; k < longest; ++k)
        {
            for (std::uint32_t sender = 0; sender < lists.size(); ++sender)
            {
                std::deque<Item>& list = lists[sender];
                if (k < list.size() && sendFree[sender] <= now &&
                    receiveFree[list[k].receiver] <= now)
                {
                    const Item item = list[k];
                    list.erase(list.begin() + static_cast<std::ptrdiff_t>(k));
                    sendFree[sender] = receiveFree[item.receiver] = now + item.seconds;
                    last = std::max(last, now + item.seconds);
                }
            }
        }
        double next = never;
        for (const double free : sendFree)
        {
            next = free > now ? std::min(next, free) : next;
        }
        now = next;
    }
    return last;
}

} // namespace

double
TimeOneAtATime(const TransmissionPlan& plan, const PlanningFabric& fabric, Waiting waiting)
{
    const Lists lists = ListsOf(plan, fabric);
    return waiting == Waiting::AT_HEAD ? ServeHeads(lists) : ServeWhatFits(lists);
}

} // namespace study
