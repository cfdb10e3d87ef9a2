// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A trace source of segments that knows whether a sink is connected to any such source.
 *
 *     SegmentTrace m_dropTrace;                     // in a class with .AddTraceSource("Drop", …)
 *     if (SegmentTrace::AnySink()) { … }            // of any segment trace of the process
 *
 * Sinks expect Simulator::Now() to be the time of what they hear. So the fabric runs ahead of the
 * simulator's clock only while there is no sink (fabric-calendar.h).
 */
#ifndef SEGMENT_TRACE_H
#define SEGMENT_TRACE_H

#include "segment.h"

#include "ns3/traced-callback.h"

#include <string>

namespace ns3
{

/// TracedCallback that counts its connections.
class SegmentTrace : public TracedCallback<const SegmentRecord&>
{
  public:
    ~SegmentTrace()
    {
        s_sinks -= m_sinks;
    }

    void ConnectWithoutContext(const CallbackBase& callback)
    {
        Count();
        TracedCallback::ConnectWithoutContext(callback);
    }

    void Connect(const CallbackBase& callback, std::string path)
    {
        Count();
        TracedCallback::Connect(callback, path);
    }

    /// Sinks connected in the life of the traces that exist; a sink that was disconnected still
    /// counts.
    static bool AnySink()
    {
        return s_sinks > 0;
    }

  private:
    void Count()
    {
        ++m_sinks;
        ++s_sinks;
    }

    uint32_t m_sinks{0};
    inline static uint32_t s_sinks{0};
};

} // namespace ns3

#endif /* SEGMENT_TRACE_H */
