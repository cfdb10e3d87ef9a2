// SPDX-License-Identifier: GPL-2.0-only
#include "packet-options.h"

#include "fabric/framing.h"

#include <string>

namespace echelon
{

const PacketFabricOptions DEFAULTS;

static ParameterSpec
Size(const char* name, std::int64_t value, const char* help)
{
    return {name, ParameterType::BYTES, std::to_string(value) + "B", help};
}

std::vector<ParameterSpec>
PacketFabricParameters()
{
    const std::string pacing(ToText(Enforcement::RATES));
    const std::string queues(ToText(Enforcement::QUEUES));
    return {
        Size("segment", DEFAULTS.segment, "payload of a full segment between hosts"),
        Size("header", DEFAULTS.header, "bytes on the wire besides a segment's payload"),
        {"scale_up_segment",
         ParameterType::BYTES,
         "64KiB",
         "payload of a full segment inside a host, whose switch cuts through; at least segment"},
        {"queue_capacity",
         ParameterType::BYTES,
         "16MiB",
         "bytes that may wait at each port of a switch"},
        {"enforcement",
         ParameterType::CHOICE,
         pacing,
         "agents pace each flow, or weighted queues share each link",
         {pacing, queues}},
        {"queues",
         ParameterType::INTEGER,
         std::to_string(DEFAULTS.queues),
         "with enforcement by queues: 1 to 8"},
        Size("window",
             DEFAULTS.window,
             "with enforcement by queues: payload that a flow may have on its way; 0: what its "
             "path carries in a round trip, and a segment. Less makes flows slow, much more lets "
             "them pile up in switches"),
    };
}

PacketFabricOptions
PacketFabricOptionsOf(const ParameterSet& parameters)
{
    PacketFabricOptions options;
    options.segment = parameters.GetBytes("segment");
    options.header = parameters.GetBytes("header");
    options.scaleUpSegment = parameters.GetBytes("scale_up_segment");
    options.queueCapacity = parameters.GetBytes("queue_capacity");
    options.enforcement = EnforcementOf(parameters.GetText("enforcement"));
    options.queues = parameters.GetInteger("queues");
    options.window = parameters.GetBytes("window");
    if (options.enforcement != Enforcement::QUEUES && options.queues != DEFAULTS.queues)
    {
        throw ParameterError("queues",
                             "agents pace: there are no queues",
                             "add \"enforcement\": \"queues\"");
    }
    return options;
}

void
CheckPacketFabricOptions(const PacketFabricOptions& options)
{
    const Framing framing{options.segment, options.header};
    CheckFraming(framing);
    RequireBytes("scale_up_segment", options.scaleUpSegment, framing.segment, 64 << 20);
    RequireBytes("queue_capacity",
                 options.queueCapacity,
                 framing.segment + framing.header,
                 Bytes{1} << 40);
    RequireBytes("window", options.window, 0, 1 << 30);
    if (options.queues < 1 || options.queues > 8)
    {
        throw ParameterError("queues", "there are 1 to 8 queues", "from 1 to 8");
    }
    if (options.enforcement == Enforcement::NONE)
    {
        throw ParameterError("enforcement",
                             "sources of packets wait for decisions",
                             "\"pacing\" or \"queues\"");
    }
}

} // namespace echelon
