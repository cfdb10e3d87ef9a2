// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Quantities with units: parsing ("100Gbps", "500ns", "25MB") and formatting.
 *
 *     BitRate r = ParseRate("400Gbps");      // 4e11
 *     Time    d = ParseTime("1.5us");
 *     Bytes   b = ParseBytes("1MiB");        // 1048576; 1 MB = 10^6 bytes
 *
 * A number, optional white space, and a unit. Rates: bps, Kbps, Mbps, Gbps, Tbps (bits per second),
 * also b/s. Times: ps, ns, us, ms, s. Bytes: B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB
 * (1024). Errors: UnitError with what is wrong and a hint.
 */
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace echelon
{

/// Bits per second.
using BitRate = double;
/// A whole number of bytes.
using Bytes = std::int64_t;

/// A quantity that cannot be read; what() says why and names the accepted units.
class UnitError : public std::invalid_argument
{
  public:
    using std::invalid_argument::invalid_argument;
};

BitRate ParseRate(std::string_view text);
Time ParseTime(std::string_view text);
Bytes ParseBytes(std::string_view text);

/// "12.3 ms", "4.56 s": three significant digits, for people.
std::string FormatTime(Time time);
/// "400 Gb/s".
std::string FormatRate(BitRate rate);
/// "1.5 GB" (powers of 1000).
std::string FormatBytes(double bytes);

/// Time to send `bits` at `rate`, rounded up to a whole picosecond. @pre rate > 0. Errors:
/// TimeOverflow.
Time TransmissionTime(double bits, BitRate rate);

/// start + TransmissionTime(bits, rate); nothing without a rate, or if the end is beyond the range
/// of Time. It is for predictions at the present rates, which may change before they come true: a
/// flow that would take a year at the rate of a picosecond is no error.
/// @pre start and bits are not negative.
std::optional<Time> EndOfTransmission(Time start, double bits, BitRate rate);

} // namespace echelon
