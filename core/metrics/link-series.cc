// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/link-series.h"

#include "base/tolerances.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

LinkSeries::LinkSeries(std::size_t links)
    : m_states(links),
      m_bits(links)
{
}

void
LinkSeries::SetRate(LinkId link, Time now, BitRate rate)
{
    Close(link.Value(), now);
    m_states[link.Value()].rate = rate;
}

void
LinkSeries::Close(std::size_t link, Time until)
{
    State& state = m_states[link];
    if (state.rate > 0)
    {
        if (!m_bits[link].Covers(until.Picoseconds() - 1))
        {
            for (Bits& bits : m_bits)
            {
                bits.Cover(until.Picoseconds() - 1);
            }
        }
        m_bits[link].Spread(state.since.Picoseconds(),
                            until.Picoseconds(),
                            [&state](double& bits, std::int64_t length) {
                                bits += state.rate * Time::FromPicoseconds(length).Seconds();
                            });
    }
    state.since = until;
}

std::vector<LinkRateRecord>
LinkSeries::Records(Time end)
{
    for (std::size_t link = 0; link < m_states.size(); ++link)
    {
        Close(link, end);
    }
    std::vector<LinkRateRecord> records;
    std::vector<double> last(m_states.size(), 0.0);
    // Bins after the end may begin beyond the range of Time.
    const std::int64_t binWidth = Width();
    const std::int64_t bins =
        end.Picoseconds() / binWidth + (end.Picoseconds() % binWidth > 0 ? 1 : 0);
    for (std::size_t bin = 0; bin < BINS && static_cast<std::int64_t>(bin) < bins; ++bin)
    {
        const Time from = Time::FromPicoseconds(static_cast<std::int64_t>(bin) * binWidth);
        const Time width = std::min(Time::FromPicoseconds(binWidth), end - from);
        for (std::size_t link = 0; link < m_states.size(); ++link)
        {
            const double bits = m_bits[link].IsEmpty() ? 0.0 : m_bits[link][bin];
            const BitRate rate = bits / width.Seconds();
            if (std::abs(rate - last[link]) > SAME_RATE * rate)
            {
                records.push_back({from, LinkId(link), rate});
                last[link] = rate;
            }
        }
    }
    return records;
}

Time
LinkSeries::LoadWidth(Time end)
{
    std::int64_t width = Bits::FIRST_WIDTH;
    while ((end.Picoseconds() - 1) / static_cast<std::int64_t>(LOAD_BINS) >= width)
    {
        width *= 2;
    }
    return Time::FromPicoseconds(width);
}

std::vector<LinkLoadRecord>
LinkSeries::Loads(Time end)
{
    const std::int64_t width = std::max(LoadWidth(end).Picoseconds(), Width());
    std::vector<LinkLoadRecord> records;
    for (std::size_t link = 0; link < m_states.size(); ++link)
    {
        Close(link, end);
        const auto merged = static_cast<std::size_t>(width / Width());
        const Bits& bits = m_bits[link];
        for (std::size_t first = 0; first < BINS && !bits.IsEmpty(); first += merged)
        {
            double sum = 0;
            for (std::size_t bin = first; bin < std::min(first + merged, BINS); ++bin)
            {
                sum += bits[bin];
            }
            if (sum > 0)
            {
                const Time start =
                    Time::FromPicoseconds(static_cast<std::int64_t>(first) * Width());
                const Time duration = std::min(Time::FromPicoseconds(width), end - start);
                records.push_back({LinkId(link), start, duration, sum / duration.Seconds(), 0});
            }
        }
    }
    return records;
}

} // namespace echelon
