// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What this program was built from.
 *
 *     std::cout << VersionText() << '\n';     // echelon 0.1.0 (commit 1d421cf, GNU 12.2.0,
 * ns-3 3.37)
 */
#pragma once

#include <string>

namespace echelon
{

struct BuildInfo
{
    std::string version;
    std::string commit;
    std::string compiler;
    std::string ns3; ///< "none" when built without ns-3
};

BuildInfo GetBuildInfo();
std::string VersionText();

} // namespace echelon
