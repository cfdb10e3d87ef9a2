// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What one egress port sent and how much waited in front of it, over time, in bounded memory.
 *
 *     port->RecordLoad();                               // before the simulation
 *     port->GetLoad().Read(8000000);                    // after it: bins of 8 us
 *
 * Bins start 1 us wide; when time passes the last one, neighbours are merged and the width doubles.
 * The payload of a segment is spread evenly over its transmission. The backlog rises only when a
 * segment is accepted, so a bin's largest is the one at its begin or the one after some arrival in
 * it; the one at its begin follows from what was accepted and started before. Both are exact
 * whatever the width. Backlogs are bytes on the wire, the segment in transmission not counted.
 *
 * Cost per segment and port: two comparisons and four additions. Memory: 3 KiB for each port that
 * carries something. Times are picoseconds.
 */
#ifndef LOAD_SERIES_H
#define LOAD_SERIES_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace ns3
{

/// Payload and largest backlog of a port, over bins. Records nothing until Enable.
class LoadSeries
{
  public:
    static constexpr std::size_t BINS = 128;
    static constexpr int64_t FIRST_WIDTH = 1000000; ///< 1 us

    /// A bin as it is read.
    struct Load
    {
        double payload = 0;   ///< bytes
        uint64_t backlog = 0; ///< bytes on the wire, the largest
    };

    void Enable();

    /// The port accepted a segment. @param bytes on the wire. @param backlog with the segment.
    void Accept(int64_t now, uint64_t bytes, uint64_t backlog)
    {
        if (now >= m_acceptEnd)
        {
            MoveAccept(now);
        }
        m_accepted += bytes;
        m_largest = std::max(m_largest, backlog);
    }

    /// A segment was sent, in order of departures. @param start of its transmission, which takes
    /// some time.
    void Send(int64_t start, int64_t departure, uint32_t payload, uint64_t bytes)
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
    std::vector<Load> Read(int64_t width);

  private:
    struct Bin
    {
        double payload = 0;
        int64_t backlogChange = 0;
        uint64_t largest = 0; ///< backlog after an arrival
    };

    void MoveAccept(int64_t now);
    void SendAcross(int64_t start, int64_t departure, uint32_t payload, uint64_t bytes);
    /// Put what was counted into the present bins.
    void Flush();
    /// Make the bins so wide that the time lies in one.
    void Cover(int64_t time);
    void SetEnds();

    // What every segment touches.
    int64_t m_acceptEnd{std::numeric_limits<int64_t>::max()}; ///< of the present bin of arrivals
    uint64_t m_accepted{0};
    uint64_t m_largest{0};
    int64_t m_sendEnd{std::numeric_limits<int64_t>::max()}; ///< of the present bin of departures
    uint64_t m_payload{0};
    uint64_t m_started{0};

    std::vector<Bin> m_bins; ///< none until something is accepted
    std::size_t m_acceptBin{0};
    std::size_t m_sendBin{0};
    int64_t m_width{FIRST_WIDTH};
};

} // namespace ns3

#endif /* LOAD_SERIES_H */
