// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A fixed number of equal bins of time that widen as time goes on.
 *
 *     TimeBins<double, 1024> bits;
 *     bits.Cover(until - 1);
 *     bits.Spread(from, until, [&](double& bin, std::int64_t length) { bin += rate * length; });
 *
 * Bins are 1 us wide at first. When a time lies beyond the last bin, each pair of neighbours is
 * added up (operator+= of the bin) and the width doubles. So the sums are exact whatever the width,
 * and a run ends with at least half of the bins in use unless it is very short.
 *
 * Times are picoseconds from the start of the run. A doubling takes O(bins). No memory is taken
 * until something is put into a bin.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace echelon
{

/// What happened in each of `COUNT` bins.
template <class Bin, std::size_t COUNT>
class TimeBins
{
  public:
    static constexpr std::int64_t FIRST_WIDTH = 1000000; ///< 1 us

    std::int64_t Width() const
    {
        return m_width;
    }

    /// Whether nothing was ever put into a bin.
    bool IsEmpty() const
    {
        return m_bins.empty();
    }

    /// @pre not empty, i < COUNT.
    const Bin& operator[](std::size_t i) const
    {
        return m_bins[i];
    }

    /// The bin that holds a time. @pre the bins cover it.
    Bin& At(std::int64_t time)
    {
        m_bins.resize(COUNT);
        return m_bins[static_cast<std::size_t>(time / m_width)];
    }

    bool Covers(std::int64_t time) const
    {
        return time / static_cast<std::int64_t>(COUNT) < m_width;
    }

    /// Widen the bins until one of them holds the time.
    void Cover(std::int64_t time)
    {
        while (!Covers(time))
        {
            m_width *= 2;
            for (std::size_t i = 0; i < m_bins.size() / 2; ++i)
            {
                m_bins[i] = m_bins[2 * i];
                m_bins[i] += m_bins[2 * i + 1];
            }
            std::fill(m_bins.begin() + static_cast<std::ptrdiff_t>(m_bins.size() / 2),
                      m_bins.end(),
                      Bin());
        }
    }

    /// Call add(bin, length) for every bin that [from, until) touches, with the length of time
    /// that falls into it. @pre the bins cover until - 1.
    template <class Add>
    void Spread(std::int64_t from, std::int64_t until, Add add)
    {
        while (from < until)
        {
            // The last bin may end beyond what an integer holds, so look at what is left of it.
            const std::int64_t length = std::min(m_width - from % m_width, until - from);
            add(At(from), length);
            from += length;
        }
    }

  private:
    std::vector<Bin> m_bins; ///< none, or COUNT
    std::int64_t m_width = FIRST_WIDTH;
};

} // namespace echelon
