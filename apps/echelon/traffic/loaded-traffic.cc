// SPDX-License-Identifier: GPL-2.0-only
#include "traffic/loaded-traffic.h"

namespace echelon
{

const std::vector<std::string>&
TokenPlacements()
{
    static const std::vector<std::string> placements{"blocks", "round-robin", "samples"};
    return placements;
}

std::string
RoutingOptions::Given() const
{
    return gpus             ? "--gpus"
           : experts        ? "--experts"
           : topK           ? "--top-k"
           : hidden         ? "--hidden"
           : elementBytes   ? "--element-bytes"
           : tokenPlacement ? "--token-placement"
           : deduplicate    ? "--deduplicate"
                            : "";
}

} // namespace echelon
