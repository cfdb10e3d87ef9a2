// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware-spines.h"

#include "alltoall/server-traffic.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace echelon
{

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
