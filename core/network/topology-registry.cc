// SPDX-License-Identifier: GPL-2.0-only
#include "network/topology-registry.h"

#include "network/big-switch.h"
#include "network/leaf-spine.h"

namespace echelon
{

const std::vector<TopologyEntry>&
TopologyEntries()
{
    static const std::vector<TopologyEntry> entries{BigSwitchEntry(), LeafSpineEntry()};
    return entries;
}

} // namespace echelon
