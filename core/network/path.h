// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The directed links from one device to another, in order. Empty: both are the same device.
 *
 *     Path path = topology.Route(DeviceId(0), DeviceId(17), key);
 *     for (const LinkId link : path) { delay += topology.GetLink(link).delay; }
 *
 * This is what a topology answers. What a flow holds is a Route (network/route-table.h).
 */
#pragma once

#include "base/ids.h"

#include <boost/container/small_vector.hpp>

namespace echelon
{

/// Any number of links; up to six take no memory elsewhere.
using Path = boost::container::small_vector<LinkId, 6>;

} // namespace echelon
