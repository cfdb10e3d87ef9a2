// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/load-series.h"

#include "base/contracts.h"

namespace echelon
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
    m_bins.At(m_acceptAt) += Bin{0, static_cast<std::int64_t>(m_accepted), m_largest};
    m_bins.At(m_sendAt) +=
        Bin{static_cast<double>(m_payload), -static_cast<std::int64_t>(m_started), 0};
    m_accepted = 0;
    m_largest = 0;
    m_payload = 0;
    m_started = 0;
}

std::int64_t
LoadSeries::EndOfBin(std::int64_t time) const
{
    const std::int64_t bins = time / m_bins.Width() + 1;
    return bins > NEVER / m_bins.Width() ? NEVER : bins * m_bins.Width();
}

void
LoadSeries::MoveAccept(std::int64_t now)
{
    Flush();
    m_bins.Cover(now);
    m_acceptAt = now;
    m_acceptEnd = EndOfBin(m_acceptAt);
    m_sendEnd = EndOfBin(m_sendAt);
}

void
LoadSeries::SendAcross(std::int64_t start,
                       std::int64_t departure,
                       std::uint32_t payload,
                       std::uint64_t bytes)
{
    Flush();
    m_bins.Cover(departure - 1);
    m_bins.At(start).backlogChange -= static_cast<std::int64_t>(bytes);
    const double perPicosecond = payload / static_cast<double>(departure - start);
    m_bins.Spread(start, departure, [perPicosecond](Bin& bin, std::int64_t length) {
        bin.payload += perPicosecond * static_cast<double>(length);
    });
    m_sendAt = departure - 1;
    m_acceptEnd = EndOfBin(m_acceptAt);
    m_sendEnd = EndOfBin(m_sendAt);
}

std::vector<LoadSeries::Load>
LoadSeries::Read(std::int64_t width)
{
    if (m_bins.IsEmpty())
    {
        return {};
    }
    Flush();
    ECHELON_REQUIRE(width % m_bins.Width() == 0, "wider bins are whole numbers of bins");
    const auto merged = static_cast<std::size_t>(width / m_bins.Width());
    std::vector<Load> loads;
    std::int64_t backlog = 0;
    for (std::size_t i = 0; i < BINS; ++i)
    {
        const Bin& bin = m_bins[i];
        const std::uint64_t largest = std::max(static_cast<std::uint64_t>(backlog), bin.largest);
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

} // namespace echelon
