// SPDX-License-Identifier: GPL-2.0-only
#include "network/host-links.h"

#include "base/contracts.h"
#include "base/parameters.h"

#include <string>
#include <utility>

namespace echelon
{

static std::string
Name(const char* kind, std::uint32_t index)
{
    return kind + std::to_string(index);
}

void
RequirePositive(const char* field, double value, const char* hint)
{
    if (!(value > 0))
    {
        throw ParameterError(field, std::string(field) + " must be greater than 0", hint);
    }
}

Link
Between(Node from, Node to, const LinkSpec& spec, BitRate rate)
{
    const auto text = [](Node node) {
        switch (node.kind)
        {
        case NodeKind::DEVICE:
            return Name("gpu", node.index);
        case NodeKind::HOST:
            return Name("host", node.index);
        case NodeKind::SCALE_UP_SWITCH:
            return Name("scale-up", node.index);
        case NodeKind::BIG_SWITCH:
            return std::string("switch");
        case NodeKind::LEAF:
            return Name("leaf", node.index);
        case NodeKind::SPINE:
            return Name("spine", node.index);
        }
        throw ContractViolation("unknown node kind");
    };
    return {text(from) + "->" + text(to), from, to, rate, spec.delay};
}

BitRate
HostRate(const ServerSpec& server, std::uint32_t host)
{
    return server.hostRates.empty() ? server.hostLink.rate : server.hostRates[host];
}

void
CheckHostRates(const ServerSpec& server, std::uint32_t hosts)
{
    if (server.hostRates.empty())
    {
        RequirePositive("host_link/rate", server.hostLink.rate, "write for example \"400Gbps\"");
        return;
    }
    if (server.hostRates.size() != hosts)
    {
        throw ParameterError("host_link/rates",
                             "host_link/rates has " + std::to_string(server.hostRates.size()) +
                                 " entries for " + std::to_string(hosts) + " hosts",
                             "give one rate per host");
    }
    for (const BitRate rate : server.hostRates)
    {
        RequirePositive("host_link/rates", rate, "every host's rate is greater than 0");
    }
}

void
AddHostLinks(std::vector<Link>& links,
             const ServerSpec& server,
             std::uint32_t hosts,
             std::uint32_t hostsPerSwitch,
             NodeKind switchKind)
{
    RequirePositive("gpus_per_host", server.gpusPerHost, "leave it out for one GPU per host");
    CheckHostRates(server, hosts);
    const std::uint32_t perHost = server.interfacesPerHost;
    if (perHost == 0 || server.gpusPerHost % perHost != 0)
    {
        throw ParameterError("interfaces_per_host",
                             "interfaces_per_host does not divide gpus_per_host",
                             "1: shared by all GPUs of a host; gpus_per_host: one per GPU");
    }
    for (const bool egress : {true, false})
    {
        for (std::uint32_t i = 0; i < hosts * perHost; ++i)
        {
            const std::uint32_t h = i / perHost;
            const Node interface {
                NodeKind::HOST, i
            };
            const Node above{switchKind, h / hostsPerSwitch};
            const BitRate rate = HostRate(server, h);
            Link link = egress ? Between(interface, above, server.hostLink, rate)
                               : Between(above, interface, server.hostLink, rate);
            if (perHost > 1)
            {
                const std::string nic = Name("host", h) + ".nic" + std::to_string(i % perHost);
                const std::string other = link.name.substr(egress ? link.name.find("->") : 0);
                link.name = egress ? nic + other : other.substr(0, other.find("->") + 2) + nic;
            }
            links.push_back(std::move(link));
        }
    }
}

void
AddScaleUpLinks(std::vector<Link>& links, const ServerSpec& server, std::uint32_t hosts)
{
    if (server.gpusPerHost == 1)
    {
        return;
    }
    RequirePositive("scale_up/rate",
                    server.scaleUp.rate,
                    "hosts with several GPUs need \"scale_up\": {\"rate\": …, \"delay\": …}");
    for (const bool egress : {true, false})
    {
        for (std::uint32_t d = 0; d < hosts * server.gpusPerHost; ++d)
        {
            const Node device{NodeKind::DEVICE, d};
            const Node above{NodeKind::SCALE_UP_SWITCH, d / server.gpusPerHost};
            links.push_back(egress ? Between(device, above, server.scaleUp, server.scaleUp.rate)
                                   : Between(above, device, server.scaleUp, server.scaleUp.rate));
        }
    }
}

} // namespace echelon
