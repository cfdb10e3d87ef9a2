// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The traffic of an all-to-all from any of the formats that `echelon plan` reads
 * (docs/reference/plan.md).
 *
 *     LoadedTraffic t = LoadTraffic("traffic.csv", DiskFiles(), {});
 *     RoutingOptions o;  o.gpus = 8;  o.experts = 64;  o.topK = 6;  o.hidden = 2048;
 *     LoadedTraffic r = LoadTraffic("layer1.txt", DiskFiles(), o);
 *
 * The content tells the format: an object is JSON, a first line with a tab and no comma begins a
 * routing trace, and everything else is CSV. Errors: InputError for the file, UsageError for
 * options that it lacks or that do not belong to it.
 */
#pragma once

#include "input/file-source.h"
#include "traffic/loaded-traffic.h"

#include <string>

namespace echelon
{

LoadedTraffic LoadTraffic(const std::string& file,
                          const FileSource& source,
                          const RoutingOptions& options);

} // namespace echelon
