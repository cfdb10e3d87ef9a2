// SPDX-License-Identifier: GPL-2.0-only
#include "support/version.h"

#include "build-info.h"

namespace echelon
{

BuildInfo
GetBuildInfo()
{
    return {ECHELON_VERSION, ECHELON_COMMIT, ECHELON_COMPILER, ECHELON_NS3_VERSION};
}

std::string
VersionText()
{
    const BuildInfo info = GetBuildInfo();
    return "echelon " + info.version + " (commit " + info.commit + ", " + info.compiler +
           ", ns-3 " + info.ns3 + ")";
}

} // namespace echelon
