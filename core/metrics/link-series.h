// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The load of every link over time, in bounded memory, as average rates over equal bins.
 *
 *     LinkSeries series(links);
 *     series.SetRate(link, now, 4e11);           // from now on
 *     series.Records(end);                       // one record per change of a bin's average
 *     series.Loads(end);                         // one per link and wider bin
 *
 * Bins widen as time goes on, those of all links together (time-bins.h). So a run of more than BINS
 * microseconds has between BINS / 2 and BINS bins, and the volumes are exact whatever the width.
 * SetRate takes O(bins crossed since the link's last change).
 */
#pragma once

#include "metrics/records.h"
#include "metrics/time-bins.h"

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

    using Bits = TimeBins<double, BINS>;

    void Close(std::size_t link, Time until);

    /// Of the bins of every link.
    std::int64_t Width() const
    {
        return m_bits.empty() ? Bits::FIRST_WIDTH : m_bits[0].Width();
    }

    std::vector<State> m_states; ///< by link
    std::vector<Bits> m_bits;    ///< by link; empty while the link carried nothing
};

} // namespace echelon
