// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The list of all kinds of topologies.
 *
 *     const TopologyEntry& entry = EntryOf(TopologyEntries(), "leaf-spine", "kind", "topology");
 *
 * A new kind is one file, which ends with its entry, and one line in topology-registry.cc; the
 * loader follows. tools/schemas/make-schemas.py names the kinds that have a page.
 */
#pragma once

#include "network/topology-kind.h"

#include <vector>

namespace echelon
{

const std::vector<TopologyEntry>& TopologyEntries();

} // namespace echelon
