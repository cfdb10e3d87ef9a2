// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A traffic matrix as comma separated values: n rows of n whole bytes.
 *
 *     0,1500000,0                           GPU 0 sends 1.5 MB to GPU 1
 *     250000,0,64000
 *     0,8000,0
 *     TrafficMatrix m = ParseTrafficCsv("traffic.csv", text);
 *
 * The row is the sender and the column the receiver; the diagonal is read and dropped. There is no
 * header and there are no comments. Blanks around cells, lines that end in CR LF, blank lines at
 * the end and a byte order mark at the start are accepted. O(length of the text). Errors:
 * InputError with line and cell.
 */
#pragma once

#include "alltoall/traffic-matrix.h"

#include <string>
#include <string_view>

namespace echelon
{

/// @param file its name, for errors.
TrafficMatrix ParseTrafficCsv(const std::string& file, std::string_view text);

} // namespace echelon
