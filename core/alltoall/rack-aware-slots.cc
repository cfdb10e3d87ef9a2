// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware-slots.h"

#include "alltoall/transmission-plan.h"
#include "base/contracts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace echelon
{

/// Ratios of rates are compared with this tolerance: 4 × 25 Gb/s are 100 Gb/s.
constexpr double RATIO_TOLERANCE = 1e-9;

/// Port times up to here are exact as doubles.
constexpr double LARGEST_TOTAL = 4e15;

/// The port times of all ranks of a rack, each of them as long as the sum of all, fit 64 bits.
constexpr double LARGEST_RACK_TIME = 4e18;

static double
Floor(double ratio)
{
    return std::floor(ratio * (1 + RATIO_TOLERANCE));
}

static double
Ceil(double ratio)
{
    return std::ceil(ratio * (1 - RATIO_TOLERANCE));
}

/// Splits transmissions over the spines' links. In as many parts as there are spines they always
/// fit: then a slot is 1/spines of a transmission, and a spine 1/spines of the uplinks.
static UplinkSlots
OnSpines(std::uint32_t perRack, BitRate rate, const PlanningFabric& fabric)
{
    UplinkSlots slots{true, perRack, rate, 0, 0};
    do
    {
        ++slots.parts;
        // However fast a link is, no more than a rack's parts cross it.
        slots.slotsPerSpine =
            static_cast<std::uint32_t>(std::min(Floor(fabric.SlowestUplink() * slots.parts / rate),
                                                static_cast<double>(perRack) * slots.parts));
    } while (std::uint64_t{slots.slotsPerSpine} * fabric.spines <
             std::uint64_t{perRack} * slots.parts);
    ECHELON_ENSURE(slots.parts <= fabric.spines, "a part per spine suffices");
    return slots;
}

static std::uint32_t
LargestRack(const PlanningFabric& fabric)
{
    std::map<std::uint32_t, std::uint32_t> ranks;
    std::uint32_t largest = 0;
    for (const std::uint32_t rack : fabric.rack)
    {
        largest = std::max(largest, ++ranks[rack]);
    }
    return largest;
}

UplinkSlots
ChooseUplinkSlots(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    if (fabric.spines == 0)
    {
        return {};
    }
    const BitRate port = *std::max_element(fabric.portRate.begin(), fabric.portRate.end());
    const BitRate uplinks = fabric.spines * fabric.SlowestUplink();
    const std::uint32_t largest = LargestRack(fabric);
    if (Floor(uplinks / port) >= largest)
    {
        return OnSpines(largest, port, fabric);
    }
    const auto fewer = static_cast<std::uint32_t>(Floor(uplinks / port));
    const auto more = static_cast<std::uint32_t>(Ceil(uplinks / port));
    const UplinkSlots slower = OnSpines(more, std::min(port, uplinks / more), fabric);
    if (fewer == more || fewer == 0)
    {
        return slower;
    }
    const UplinkSlots faster = OnSpines(fewer, port, fabric);
    const auto bound = [&](const UplinkSlots& slots) {
        return PortTimeBound(PortTimes(traffic, fabric, slots), fabric, slots);
    };
    return bound(faster) < bound(slower) ? faster : slower;
}

std::vector<std::int64_t>
PortTimes(const TrafficMatrix& traffic, const PlanningFabric& fabric, const UplinkSlots& slots)
{
    const std::uint32_t n = traffic.Size();
    ECHELON_REQUIRE(fabric.Ranks() == n, "every rank of the traffic has a port");
    const BitRate fastest = *std::max_element(fabric.portRate.begin(), fabric.portRate.end());
    const auto slowness = [&](const MatrixEntry& entry) {
        const auto [i, j, bytes] = entry;
        BitRate rate = std::min(fabric.portRate[i], fabric.portRate[j]);
        if (slots.blocking && fabric.rack[i] != fabric.rack[j])
        {
            rate = std::min(rate, slots.rate);
        }
        return fastest / rate;
    };
    std::vector<std::int64_t> time(std::size_t{n} * n, 0);
    double total = 0;
    const std::vector<MatrixEntry> entries = traffic.Entries();
    for (const MatrixEntry& entry : entries)
    {
        total += static_cast<double>(entry.bytes) * slowness(entry);
    }
    const double unit =
        std::max(1.0, std::ceil(total / std::min(LARGEST_TOTAL, LARGEST_RACK_TIME / n)));
    for (const MatrixEntry& entry : entries)
    {
        if (!fabric.SameServer(entry.source, entry.destination))
        {
            const double units = slowness(entry) / unit;
            const double rounded = std::ceil(static_cast<double>(entry.bytes) * units);
            const bool whole = std::abs(units - 1) <= RATIO_TOLERANCE;
            time[std::size_t{entry.source} * n + entry.destination] =
                whole ? entry.bytes : static_cast<std::int64_t>(rounded);
        }
    }
    return time;
}

double
PortTimeBound(const std::vector<std::int64_t>& time,
              const PlanningFabric& fabric,
              const UplinkSlots& slots)
{
    const std::uint32_t n = fabric.Ranks();
    const std::uint32_t racks = 1 + *std::max_element(fabric.rack.begin(), fabric.rack.end());
    std::vector<double> sends(n + racks, 0.0);
    std::vector<double> receives(n + racks, 0.0);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            const auto port = static_cast<double>(time[std::size_t{i} * n + j]);
            sends[i] += port;
            receives[j] += port;
            if (slots.blocking && fabric.rack[i] != fabric.rack[j])
            {
                sends[n + fabric.rack[i]] += port / slots.perRack;
                receives[n + fabric.rack[j]] += port / slots.perRack;
            }
        }
    }
    return std::max(*std::max_element(sends.begin(), sends.end()),
                    *std::max_element(receives.begin(), receives.end()));
}

void
AppendOverSpines(std::vector<Transmission>& transmissions,
                 const Transmission& whole,
                 const std::vector<std::uint32_t>& spines)
{
    if (spines.empty())
    {
        transmissions.push_back(whole);
        return;
    }
    // The first parts are a byte larger where the bytes do not divide.
    const auto parts = static_cast<Bytes>(spines.size());
    std::map<std::uint32_t, Bytes> overSpine;
    for (Bytes part = 0; part < parts; ++part)
    {
        overSpine[spines[part]] += whole.bytes / parts + (part < whole.bytes % parts ? 1 : 0);
    }
    for (const auto& [spine, bytes] : overSpine)
    {
        if (bytes > 0)
        {
            transmissions.push_back({whole.source, whole.destination, bytes, whole.target, spine});
        }
    }
}

SpinePinning::SpinePinning(const PlanningFabric& fabric, const UplinkSlots& slots)
    : m_fabric(fabric),
      m_slots(slots)
{
    if (slots.blocking)
    {
        const std::uint32_t racks = 1 + *std::max_element(fabric.rack.begin(), fabric.rack.end());
        m_colouring.emplace(racks, racks, fabric.spines * slots.slotsPerSpine);
    }
}

void
SpinePinning::Pin(Stage& stage)
{
    std::vector<Transmission> pinned;
    if (m_colouring)
    {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
        for (const Transmission& t : stage.transmissions)
        {
            if (m_fabric.rack[t.source] != m_fabric.rack[t.destination])
            {
                edges.insert(edges.end(),
                             m_slots.parts,
                             {m_fabric.rack[t.source], m_fabric.rack[t.destination]});
            }
        }
        const std::vector<std::uint32_t>& colours = m_colouring->Colour(edges);
        std::size_t edge = 0;
        for (const Transmission& t : stage.transmissions)
        {
            std::vector<std::uint32_t> spines;
            if (m_fabric.rack[t.source] != m_fabric.rack[t.destination])
            {
                for (std::uint32_t part = 0; part < m_slots.parts; ++part)
                {
                    spines.push_back(colours[edge++] % m_fabric.spines);
                }
            }
            AppendOverSpines(pinned, t, spines);
        }
        stage.transmissions = std::move(pinned);
    }
    SortStage(stage);
}

} // namespace echelon
