// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/link-series.h"

#include "base/tolerances.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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
        while ((until.Picoseconds() - 1) / static_cast<std::int64_t>(BINS) >= m_widthPs)
        {
            DoubleWidth();
        }
        std::vector<double>& bits = m_bits[link];
        bits.resize(BINS, 0.0);
        std::int64_t from = state.since.Picoseconds();
        while (from < until.Picoseconds())
        {
            const std::int64_t bin = from / m_widthPs;
            // The last bin may end beyond the range of Time.
            const std::int64_t left = m_widthPs - from % m_widthPs;
            const std::int64_t length = std::min(left, until.Picoseconds() - from);
            bits[static_cast<std::size_t>(bin)] +=
                state.rate * Time::FromPicoseconds(length).Seconds();
            from += length;
        }
    }
    state.since = until;
}

void
LinkSeries::DoubleWidth()
{
    for (std::vector<double>& bits : m_bits)
    {
        if (bits.empty())
        {
            continue;
        }
        for (std::size_t i = 0; i < BINS / 2; ++i)
        {
            bits[i] = bits[2 * i] + bits[2 * i + 1];
        }
        std::fill(bits.begin() + BINS / 2, bits.end(), 0.0);
    }
    m_widthPs *= 2;
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
    const std::int64_t bins =
        end.Picoseconds() / m_widthPs + (end.Picoseconds() % m_widthPs > 0 ? 1 : 0);
    for (std::size_t bin = 0; bin < BINS && static_cast<std::int64_t>(bin) < bins; ++bin)
    {
        const Time from = Time::FromPicoseconds(static_cast<std::int64_t>(bin) * m_widthPs);
        const Time width = std::min(Time::FromPicoseconds(m_widthPs), end - from);
        for (std::size_t link = 0; link < m_states.size(); ++link)
        {
            const double bits = m_bits[link].empty() ? 0.0 : m_bits[link][bin];
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
    std::int64_t width = FIRST_WIDTH_PS;
    while ((end.Picoseconds() - 1) / static_cast<std::int64_t>(LOAD_BINS) >= width)
    {
        width *= 2;
    }
    return Time::FromPicoseconds(width);
}

std::vector<LinkLoadRecord>
LinkSeries::Loads(Time end)
{
    const std::int64_t width = std::max(LoadWidth(end).Picoseconds(), m_widthPs);
    std::vector<LinkLoadRecord> records;
    for (std::size_t link = 0; link < m_states.size(); ++link)
    {
        Close(link, end);
        const std::vector<double>& bits = m_bits[link];
        const auto merged = static_cast<std::size_t>(width / m_widthPs);
        for (std::size_t first = 0; first < bits.size(); first += merged)
        {
            const std::size_t last = std::min(first + merged, bits.size());
            const double sum = std::accumulate(bits.begin() + static_cast<std::ptrdiff_t>(first),
                                               bits.begin() + static_cast<std::ptrdiff_t>(last),
                                               0.0);
            if (sum > 0)
            {
                const Time start =
                    Time::FromPicoseconds(static_cast<std::int64_t>(first) * m_widthPs);
                const Time duration = std::min(Time::FromPicoseconds(width), end - start);
                records.push_back({LinkId(link), start, duration, sum / duration.Seconds(), 0});
            }
        }
    }
    return records;
}

} // namespace echelon
