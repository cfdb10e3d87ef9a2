// SPDX-License-Identifier: GPL-2.0-only
//
// The typed values of a JsonNode.
#include "base/units.h"
#include "input/input-error.h"
#include "input/json-document.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace echelon
{

static std::string
Shown(double value)
{
    return Json(value).dump();
}

const std::string&
JsonNode::Text() const
{
    if (!m_value->is_string())
    {
        FailKind("a text", "write it in double quotes");
    }
    return m_value->get_ref<const std::string&>();
}

const std::string&
JsonNode::Name(std::size_t longest) const
{
    const std::string& text = Text();
    if (text.empty())
    {
        Fail("the name is empty", "give it a name of at least one character");
    }
    if (text.size() > longest)
    {
        Fail(fmt::format("the name has {} bytes", text.size()),
             fmt::format("at most {} are possible", longest));
    }
    const auto isControl = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), isControl))
    {
        Fail("the name holds control characters", "use printable ones");
    }
    return text;
}

std::int64_t
JsonNode::Integer(std::int64_t least, std::int64_t largest) const
{
    if (!m_value->is_number())
    {
        FailKind("a whole number", "write it without quotes");
    }
    const auto range = [=] { return fmt::format("from {} to {} is possible", least, largest); };
    if (m_value->is_number_float())
    {
        Fail(Shown(m_value->get<double>()) + " is not a whole number", range());
    }
    const bool tooLarge = m_value->is_number_unsigned() &&
                          m_value->get<std::uint64_t>() > static_cast<std::uint64_t>(largest);
    if (tooLarge || (!m_value->is_number_unsigned() && m_value->get<std::int64_t>() > largest) ||
        m_value->get<std::int64_t>() < least)
    {
        Fail(m_value->dump() + " is out of range", range());
    }
    return m_value->get<std::int64_t>();
}

double
JsonNode::Number(double least, double largest) const
{
    if (!m_value->is_number())
    {
        FailKind("a number", "write it without quotes");
    }
    const double value = m_value->get<double>();
    if (!(value >= least && value <= largest))
    {
        Fail(Shown(value) + " is out of range",
             "from " + Shown(least) + " to " + Shown(largest) + " is possible");
    }
    return value;
}

bool
JsonNode::Boolean() const
{
    if (!m_value->is_boolean())
    {
        FailKind("true or false", "write it without quotes");
    }
    return m_value->get<bool>();
}

Time
JsonNode::Duration() const
{
    if (!m_value->is_string())
    {
        FailKind("a time with its unit", "write for example \"500ns\"");
    }
    try
    {
        const Time time = ParseTime(Text());
        if (time.Seconds() > MAX_SECONDS)
        {
            Fail("\"" + Text() + "\" is too long", "at most 1e6 s");
        }
        return time;
    }
    catch (const UnitError& error)
    {
        Fail(error.what(), "units: ps, ns, us, ms, s");
    }
}

BitRate
JsonNode::Rate(BitRate least) const
{
    if (!m_value->is_string())
    {
        FailKind("a rate with its unit", "write for example \"100Gbps\"");
    }
    try
    {
        const BitRate rate = ParseRate(Text());
        // Outside this range times would not be whole picoseconds or not end.
        if (rate < least || (rate > 0 && rate < 1) || rate > 1e18)
        {
            Fail("the rate \"" + Text() + "\" is out of range",
                 least < 1 ? "0bps, or from 1bps to 1000000Tbps" : "from 1bps to 1000000Tbps");
        }
        return rate;
    }
    catch (const UnitError& error)
    {
        Fail(error.what(), "units: bps, Kbps, Mbps, Gbps, Tbps");
    }
}

Bytes
JsonNode::Size(Bytes least, Bytes largest) const
{
    if (m_value->is_number())
    {
        return Integer(least, largest);
    }
    if (!m_value->is_string())
    {
        FailKind("a size with its unit", "write for example \"25MB\", or a whole number of bytes");
    }
    try
    {
        const Bytes bytes = ParseBytes(Text());
        if (bytes < least || bytes > largest)
        {
            Fail("\"" + Text() + "\" is out of range",
                 fmt::format("from {}B to {}B", least, largest));
        }
        return bytes;
    }
    catch (const UnitError& error)
    {
        Fail(error.what(), "units: B, KB, MB, GB, TB (1000) and KiB, MiB, GiB, TiB (1024)");
    }
}

const std::string&
JsonNode::Choice(const std::vector<std::string>& choices) const
{
    const std::string& text = Text();
    if (std::find(choices.begin(), choices.end(), text) == choices.end())
    {
        Fail("\"" + text + "\" is not known here", SuggestionFor(text, choices));
    }
    return text;
}

} // namespace echelon
