// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The load of every link over time, in bounded memory: average rates over equal bins.
 *
 *     LinkSeries series(links);
 *     series.SetRate(link, now, 4e11);           // from now on
 *     series.Records(end);                       // one record per change of a bin's average
 *     series.Loads(end);                         // one per link and wider bin
 *
 * Starts with bins of 1 us; when time passes the last bin, neighbours are merged and the width
 * doubles. So every run has between BINS / 2 and BINS bins (fewer when shorter than BINS us), and
 * the series is exact in volume whatever its resolution. SetRate: O(bins crossed since the link's
 * last change).
 */
#pragma once

#include "metrics/records.h"

#include <vector>

namespace echelon
{

class LinkSeries
{
  public:
    static constexpr std::size_t BINS = 1024;
    static constexpr std::size_t LOAD_BINS = 128;

    explicit LinkSeries(std::size_t links);

    /// The link carries `rate` from `now` on. Calls for one link come in order of time.
    void SetRate(LinkId link, Time now, BitRate rate);

    /// Close the series at `end`. Sorted by (time, link); rates in payload bits per second.
    std::vector<LinkRateRecord> Records(Time end);

    /// The same over at most LOAD_BINS bins of LoadWidth(end), by (link, start); queues are 0.
    std::vector<LinkLoadRecord> Loads(Time end);

    /// The least 1 us × 2^k of which LOAD_BINS reach to `end`.
    static Time LoadWidth(Time end);

  private:
    struct State
    {
        BitRate rate = 0;
        Time since;
    };

    void Close(std::size_t link, Time until);
    void DoubleWidth();

    std::vector<State> m_states; ///< by link
    std::vector<std::vector<double>>
        m_bits; ///< by link, by bin; empty while the link carried nothing
    static constexpr std::int64_t FIRST_WIDTH_PS = 1000000;
    std::int64_t m_widthPs = FIRST_WIDTH_PS;
};

} // namespace echelon
