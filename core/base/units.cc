// SPDX-License-Identifier: GPL-2.0-only
#include "base/units.h"

#include "base/tolerances.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace echelon
{

namespace
{

struct Unit
{
    std::string_view name;
    double factor;
};

constexpr std::array<Unit, 10> RATE_UNITS{{{"bps", 1},
                                           {"Kbps", 1e3},
                                           {"Mbps", 1e6},
                                           {"Gbps", 1e9},
                                           {"Tbps", 1e12},
                                           {"b/s", 1},
                                           {"Kb/s", 1e3},
                                           {"Mb/s", 1e6},
                                           {"Gb/s", 1e9},
                                           {"Tb/s", 1e12}}};
constexpr std::array<Unit, 5> TIME_UNITS{
    {{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}}};
constexpr std::array<Unit, 9> BYTE_UNITS{{{"B", 1},
                                          {"KB", 1e3},
                                          {"MB", 1e6},
                                          {"GB", 1e9},
                                          {"TB", 1e12},
                                          {"KiB", 1024.0},
                                          {"MiB", 1048576.0},
                                          {"GiB", 1073741824.0},
                                          {"TiB", 1099511627776.0}}};

std::string_view
Trim(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
    {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ')
    {
        text.remove_suffix(1);
    }
    return text;
}

template <std::size_t N>
double
Parse(std::string_view text,
      const std::array<Unit, N>& units,
      const char* what,
      const char* example)
{
    const auto wrong = [text, example](std::string_view what) {
        std::string message = "\"";
        message.append(text).append("\" ").append(what);
        return UnitError(message.append("; write for example ").append(example));
    };
    text = Trim(text);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || !std::isfinite(number))
    {
        throw wrong(std::string("is not ").append(what));
    }
    const std::string_view unit = Trim(text.substr(static_cast<std::size_t>(end - text.data())));
    for (const Unit& candidate : units)
    {
        if (candidate.name == unit)
        {
            if (number < 0)
            {
                throw wrong("is negative");
            }
            return number * candidate.factor;
        }
    }
    if (unit.empty())
    {
        throw wrong("has no unit");
    }
    throw wrong(std::string("has the unknown unit \"").append(unit).append("\""));
}

std::int64_t
ToInteger(double value, std::string_view text, const char* finest)
{
    if (value >= 9.2e18)
    {
        throw UnitError("\"" + std::string(text) + "\" is too large");
    }
    const double rounded = std::round(value);
    if (std::abs(rounded - value) > std::max(1.0, value) * ROUNDING)
    {
        throw UnitError("\"" + std::string(text) + "\" is not a whole number of " + finest);
    }
    return static_cast<std::int64_t>(rounded);
}

std::string
ThreeDigits(double value, const char* unit)
{
    std::array<char, 48> buffer{};
    std::snprintf(buffer.data(),
                  buffer.size(),
                  "%.*f %s",
                  value >= 99.95   ? 0
                  : value >= 9.995 ? 1
                                   : 2,
                  value,
                  unit);
    return buffer.data();
}

} // namespace

BitRate
ParseRate(std::string_view text)
{
    return Parse(text, RATE_UNITS, "a rate", "\"100Gbps\"");
}

Time
ParseTime(std::string_view text)
{
    const double ps = Parse(text, TIME_UNITS, "a time", "\"500ns\"");
    if (ps >= 9.2e18)
    {
        throw UnitError("\"" + std::string(text) + "\" is too large; the longest time is 106 days");
    }
    return Time::FromPicosecondsRounded(ps);
}

Bytes
ParseBytes(std::string_view text)
{
    return ToInteger(Parse(text, BYTE_UNITS, "a size", "\"25MB\""), text, "bytes");
}

std::string
FormatTime(Time time)
{
    const double seconds = time.Seconds();
    const double magnitude = std::abs(seconds);
    if (magnitude >= 1 || magnitude == 0)
    {
        return ThreeDigits(seconds, "s");
    }
    if (magnitude >= 1e-3)
    {
        return ThreeDigits(seconds * 1e3, "ms");
    }
    if (magnitude >= 1e-6)
    {
        return ThreeDigits(seconds * 1e6, "us");
    }
    return ThreeDigits(seconds * 1e9, "ns");
}

std::string
FormatRate(BitRate rate)
{
    return rate >= 1e12  ? ThreeDigits(rate / 1e12, "Tb/s")
           : rate >= 1e9 ? ThreeDigits(rate / 1e9, "Gb/s")
           : rate >= 1e6 ? ThreeDigits(rate / 1e6, "Mb/s")
                         : ThreeDigits(rate, "b/s");
}

std::string
FormatBytes(double bytes)
{
    return bytes >= 1e12  ? ThreeDigits(bytes / 1e12, "TB")
           : bytes >= 1e9 ? ThreeDigits(bytes / 1e9, "GB")
           : bytes >= 1e6 ? ThreeDigits(bytes / 1e6, "MB")
           : bytes >= 1e3 ? ThreeDigits(bytes / 1e3, "KB")
                          : ThreeDigits(bytes, "B");
}

Time
TransmissionTime(double bits, BitRate rate)
{
    // A product that is whole up to rounding noise must not be pushed to the next picosecond.
    const double ps = bits / rate * 1e12;
    return Time::FromPicosecondsRounded(std::ceil(ps - COMPLETION_SLACK_PS));
}

std::optional<Time>
EndOfTransmission(Time start, double bits, BitRate rate)
{
    // What rounding adds must fit as well.
    const double longest = (Time::Max() - start).Seconds() * (1 - ROUNDING);
    if (!(bits <= rate * longest) || rate <= 0)
    {
        return std::nullopt;
    }
    return start + TransmissionTime(bits, rate);
}

} // namespace echelon
