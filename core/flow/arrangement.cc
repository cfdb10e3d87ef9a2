// SPDX-License-Identifier: GPL-2.0-only
#include "flow/arrangement.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

Arrangement::Arrangement(Shape shape, std::vector<Time> offsets)
    : m_shape(shape),
      m_offsets(std::move(offsets))
{
    ECHELON_REQUIRE(!m_offsets.empty() && m_offsets.front() == Time(),
                    "the head flow's ideal finish time is the reference time");
    ECHELON_REQUIRE(std::is_sorted(m_offsets.begin(), m_offsets.end()),
                    "ideal finish times do not decrease with the position");
}

Arrangement
Arrangement::Coflow()
{
    return {Shape::COFLOW, {Time()}};
}

Arrangement
Arrangement::Pipeline(std::uint32_t positions, Time period)
{
    std::vector<Time> offsets;
    for (std::uint32_t j = 0; j < positions; ++j)
    {
        offsets.push_back(static_cast<std::int64_t>(j) * period);
    }
    return {Shape::PIPELINE, std::move(offsets)};
}

Arrangement
Arrangement::Fsdp(std::uint32_t layers, Time forward, Time backward)
{
    std::vector<Time> offsets{Time()};
    for (std::uint32_t i = 1; i < 2 * layers; ++i)
    {
        offsets.push_back(offsets.back() + (i < layers ? forward : backward));
    }
    return {Shape::FSDP, std::move(offsets)};
}

Arrangement
Arrangement::Fsdp(const std::vector<Time>& forward, const std::vector<Time>& backward)
{
    ECHELON_REQUIRE(!forward.empty() && forward.size() == backward.size(),
                    "every unit is computed forward and backward");
    std::vector<Time> offsets{Time()};
    for (const Time time : forward)
    {
        offsets.push_back(offsets.back() + time);
    }
    for (std::size_t i = backward.size(); i-- > 1;)
    {
        offsets.push_back(offsets.back() + backward[i]);
    }
    return {Shape::FSDP, std::move(offsets)};
}

Arrangement
Arrangement::Explicit(std::vector<Time> offsets)
{
    return {Shape::EXPLICIT, std::move(offsets)};
}

std::string_view
ToText(Arrangement::Shape shape)
{
    switch (shape)
    {
    case Arrangement::Shape::COFLOW:
        return "coflow";
    case Arrangement::Shape::PIPELINE:
        return "pipeline";
    case Arrangement::Shape::FSDP:
        return "fsdp";
    case Arrangement::Shape::EXPLICIT:
        return "explicit";
    }
    throw ContractViolation("unknown arrangement shape");
}

} // namespace echelon
