// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What an egress port has sent, and how much waited in front of it, over time and in bounded
 * memory.
 *
 *     LoadSeries load;
 *     load.Enable();                                    // before the run
 *     load.Accept(now, 4178, backlog);  load.Send(start, departure, 4096, 4178);
 *     load.Read(8000000);                               // after the run: bins of 8 us
 *
 * Bins widen as time goes on (time-bins.h). The payload of a segment is spread evenly over its
 * transmission. The backlog rises only when a segment is accepted, so the largest backlog of a bin
 * is either the one at the bin's begin or the one after some arrival in it. The backlog at the
 * begin follows from what was accepted and started before. Both are exact whatever the width.
 *
 * Backlogs are bytes on the wire, without the segment in transmission; times are picoseconds. A
 * segment costs two comparisons and four additions. A port that carries something takes 3 KiB.
 */
#pragma once

#include "metrics/time-bins.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace echelon
{

/// Payload and largest backlog of a port, over bins. Records nothing until Enable.
class LoadSeries
{
  public:
    static constexpr std::size_t BINS = 128;

    /// A bin as it is read.
    struct Load
    {
        double payload = 0;        ///< bytes
        std::uint64_t backlog = 0; ///< bytes on the wire, the largest
    };

    void Enable();

    /// The port accepted a segment. @param bytes on the wire. @param backlog with the segment.
    void Accept(std::int64_t now, std::uint64_t bytes, std::uint64_t backlog)
    {
        if (now >= m_acceptEnd)
        {
            MoveAccept(now);
        }
        m_accepted += bytes;
        m_largest = std::max(m_largest, backlog);
    }

    /// The port sent a segment; called in order of departures. @param start of its transmission,
    /// which lies before the departure. @param bytes on the wire.
    void Send(std::int64_t start,
              std::int64_t departure,
              std::uint32_t payload,
              std::uint64_t bytes)
    {
        if (departure > m_sendEnd)
        {
            SendAcross(start, departure, payload, bytes);
            return;
        }
        m_payload += payload;
        m_started += bytes;
    }

    /// Everything from time 0 on, without empty bins at the end. @pre the port is idle; the width
    /// is 1 us times a power of two, and BINS of them hold all that happened.
    std::vector<Load> Read(std::int64_t width);

  private:
    struct Bin
    {
        double payload = 0;
        std::int64_t backlogChange = 0;
        std::uint64_t largest = 0; ///< backlog after an arrival

        Bin& operator+=(const Bin& other)
        {
            payload += other.payload;
            backlogChange += other.backlogChange;
            largest = std::max(largest, other.largest);
            return *this;
        }
    };

    void MoveAccept(std::int64_t now);
    void SendAcross(std::int64_t start,
                    std::int64_t departure,
                    std::uint32_t payload,
                    std::uint64_t bytes);
    /// Put what was counted into the present bins.
    void Flush();
    /// When the bin that holds the time ends; the largest number if that is beyond an integer.
    std::int64_t EndOfBin(std::int64_t time) const;

    static constexpr std::int64_t NEVER = std::numeric_limits<std::int64_t>::max();

    // What every segment touches.
    std::int64_t m_acceptEnd = NEVER; ///< of the present bin of arrivals
    std::uint64_t m_accepted = 0;
    std::uint64_t m_largest = 0;
    std::int64_t m_sendEnd = NEVER; ///< of the present bin of departures
    std::uint64_t m_payload = 0;
    std::uint64_t m_started = 0;

    TimeBins<Bin, BINS> m_bins;
    std::int64_t m_acceptAt = 0; ///< some time in the present bin of arrivals
    std::int64_t m_sendAt = 0;   ///< some time in the present bin of departures
};

} // namespace echelon
