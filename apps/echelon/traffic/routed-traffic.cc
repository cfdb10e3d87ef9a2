// SPDX-License-Identifier: GPL-2.0-only
#include "traffic/routed-traffic.h"

#include <utility>

namespace echelon
{

/// More copies than this, each of tokenBytes, could not be counted.
static void
CheckTotal(double copies, Bytes tokenBytes, const RoutingFailure& fail)
{
    if (copies * static_cast<double>(tokenBytes) > static_cast<double>(TrafficMatrix::MAX_BYTES))
    {
        fail("the copies of all tokens hold more than 4e18 bytes", "use fewer tokens");
    }
}

static std::vector<std::uint32_t>
GpusOfExperts(std::size_t experts, const RoutingSettings& settings)
{
    return settings.gpuOfExpert.empty() ? InRuns(experts, settings.gpus) : settings.gpuOfExpert;
}

static std::string
ExpertText(const RoutingSettings& settings)
{
    return settings.gpuOfExpert.empty() ? "experts assumed in equal blocks, in order"
                                        : "experts as the file says";
}

static std::vector<std::uint32_t>
GpusOfTokens(std::size_t tokens,
             const std::vector<std::size_t>& samples,
             const RoutingSettings& settings)
{
    const std::string& placement = settings.tokenPlacement;
    return placement == "given"         ? settings.gpuOfToken
           : placement == "samples"     ? SamplesInTurn(samples, settings.gpus)
           : placement == "round-robin" ? InTurn(tokens, settings.gpus)
                                        : InRuns(tokens, settings.gpus);
}

static std::string
TokenText(const std::string& placement)
{
    return placement == "given"         ? "tokens start where the file says"
           : placement == "samples"     ? "samples assumed to start on the GPUs in turn"
           : placement == "round-robin" ? "tokens assumed to start on the GPUs in turn"
                                        : "tokens assumed to start in equal blocks, in order";
}

LoadedTraffic
RoutedTrafficOf(const std::string& format,
                const TokenRouting& routing,
                const std::vector<std::size_t>& samples,
                const RoutingSettings& settings,
                const RoutingFailure& fail)
{
    // A copy over the network and one inside the host at most.
    const double copies =
        (settings.gpusPerHost ? 2 : 1) * static_cast<double>(routing.chosen.size());
    CheckTotal(copies, settings.tokenBytes, fail);
    const TokenLayout layout{settings.gpus,
                             GpusOfTokens(routing.Tokens(), samples, settings),
                             GpusOfExperts(routing.experts, settings)};
    RoutedTraffic routed = RouteTokens(routing, layout, settings.tokenBytes, settings.gpusPerHost);
    return {std::move(routed.dispatch),
            format,
            LoadedRouting{static_cast<std::int64_t>(routing.Tokens()),
                          routing.experts,
                          routing.topK,
                          settings.tokenBytes,
                          settings.gpusPerHost.has_value(),
                          std::move(routed.tokensOfExpert),
                          std::move(routed.tokensOnGpu),
                          TokenText(settings.tokenPlacement) + "; " + ExpertText(settings)}};
}

LoadedTraffic
LoadedTrafficOf(const std::vector<std::int64_t>& loads,
                const std::string& scaling,
                std::uint32_t topK,
                const RoutingSettings& settings,
                const RoutingFailure& fail)
{
    double copies = 0;
    for (const std::int64_t load : loads)
    {
        copies += static_cast<double>(load);
    }
    CheckTotal(copies, settings.tokenBytes, fail);
    RoutedTraffic routed = RouteLoads(loads,
                                      settings.gpus,
                                      GpusOfExperts(loads.size(), settings),
                                      settings.tokenBytes);
    return {std::move(routed.dispatch),
            "json-loads",
            LoadedRouting{0,
                          static_cast<std::uint32_t>(loads.size()),
                          topK,
                          settings.tokenBytes,
                          false,
                          std::move(routed.tokensOfExpert),
                          std::move(routed.tokensOnGpu),
                          "every GPU assumed to send the same shares; " + ExpertText(settings) +
                              (scaling.empty() ? "" : "; " + scaling)}};
}

} // namespace echelon
