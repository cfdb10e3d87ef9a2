// SPDX-License-Identifier: GPL-2.0-only
#include "load-series.h"

#include "ns3/abort.h"

namespace ns3
{

void
LoadSeries::Enable()
{
    m_acceptEnd = 0; // the first segment finds no bin
    m_sendEnd = 0;
}

void
LoadSeries::Flush()
{
    m_bins.resize(BINS);
    Bin& accepted = m_bins[m_acceptBin];
    accepted.backlogChange += static_cast<int64_t>(m_accepted);
    accepted.largest = std::max(accepted.largest, m_largest);
    Bin& sent = m_bins[m_sendBin];
    sent.payload += static_cast<double>(m_payload);
    sent.backlogChange -= static_cast<int64_t>(m_started);
    m_accepted = 0;
    m_largest = 0;
    m_payload = 0;
    m_started = 0;
}

void
LoadSeries::Cover(int64_t time)
{
    while (time / m_width >= static_cast<int64_t>(BINS))
    {
        for (std::size_t i = 0; i < BINS / 2; ++i)
        {
            const Bin& first = m_bins[2 * i];
            const Bin& second = m_bins[2 * i + 1];
            m_bins[i] = {first.payload + second.payload,
                         first.backlogChange + second.backlogChange,
                         std::max(first.largest, second.largest)};
        }
        std::fill(m_bins.begin() + BINS / 2, m_bins.end(), Bin());
        m_width *= 2;
        m_acceptBin /= 2;
        m_sendBin /= 2;
    }
}

void
LoadSeries::SetEnds()
{
    // The last bin may end beyond what an integer holds.
    const auto end = [this](std::size_t bin) {
        constexpr int64_t NEVER = std::numeric_limits<int64_t>::max();
        const auto bins = static_cast<int64_t>(bin + 1);
        return bins > NEVER / m_width ? NEVER : bins * m_width;
    };
    m_acceptEnd = end(m_acceptBin);
    m_sendEnd = end(m_sendBin);
}

void
LoadSeries::MoveAccept(int64_t now)
{
    Flush();
    Cover(now);
    m_acceptBin = static_cast<std::size_t>(now / m_width);
    SetEnds();
}

void
LoadSeries::SendAcross(int64_t start, int64_t departure, uint32_t payload, uint64_t bytes)
{
    Flush();
    Cover(departure - 1);
    m_bins[static_cast<std::size_t>(start / m_width)].backlogChange -= static_cast<int64_t>(bytes);
    const double perPicosecond = payload / static_cast<double>(departure - start);
    for (int64_t from = start; from < departure;)
    {
        m_sendBin = static_cast<std::size_t>(from / m_width);
        const int64_t length = std::min(m_width - from % m_width, departure - from);
        m_bins[m_sendBin].payload += perPicosecond * static_cast<double>(length);
        from += length;
    }
    SetEnds();
}

std::vector<LoadSeries::Load>
LoadSeries::Read(int64_t width)
{
    if (m_bins.empty())
    {
        return {};
    }
    Flush();
    NS_ABORT_MSG_IF(width % m_width != 0, "bins of " << m_width << " ps do not make " << width);
    const auto merged = static_cast<std::size_t>(width / m_width);
    std::vector<Load> loads;
    int64_t backlog = 0;
    for (std::size_t i = 0; i < BINS; ++i)
    {
        const Bin& bin = m_bins[i];
        const uint64_t largest = std::max(static_cast<uint64_t>(backlog), bin.largest);
        if (bin.payload > 0 || largest > 0)
        {
            loads.resize(i / merged + 1);
            loads.back().payload += bin.payload;
            loads.back().backlog = std::max(loads.back().backlog, largest);
        }
        backlog += bin.backlogChange;
    }
    return loads;
}

} // namespace ns3
