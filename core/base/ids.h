// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Typed ids: a FlowId cannot be passed where a LinkId is meant. All are dense indices from 0.
 *
 *     LinkId link(3);
 *     capacity[link.Value()];
 *
 * Order and equality are those of the index; ties everywhere in Echelon are broken by id.
 */
#pragma once

#include <boost/operators.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace echelon
{

/// A dense index, distinct for each Tag.
template <class Tag>
class Id : boost::totally_ordered<Id<Tag>>
{
  public:
    constexpr Id() = default;

    constexpr explicit Id(std::size_t value)
        : m_value(static_cast<std::uint32_t>(value))
    {
    }

    constexpr std::uint32_t Value() const
    {
        return m_value;
    }

    friend constexpr bool operator==(Id a, Id b)
    {
        return a.m_value == b.m_value;
    }

    friend constexpr bool operator<(Id a, Id b)
    {
        return a.m_value < b.m_value;
    }

  private:
    std::uint32_t m_value = 0;
};

/// A computing device (a GPU): the source or destination of flows.
using DeviceId = Id<struct DeviceTag>;
/// A server; holds one or more devices behind one network interface.
using HostId = Id<struct HostTag>;
/// A directed link of the fabric.
using LinkId = Id<struct LinkTag>;
/// A route of a route table.
using RouteId = Id<struct RouteTag>;
/// A job in a scenario.
using JobId = Id<struct JobTag>;
/// A flow; unique within one run.
using FlowId = Id<struct FlowTag>;
/// An EchelonFlow (flow group); unique within one run.
using GroupId = Id<struct GroupTag>;
/// A task within one job's task graph.
using TaskId = Id<struct TaskTag>;

} // namespace echelon

template <class Tag>
struct std::hash<echelon::Id<Tag>>
{
    std::size_t operator()(echelon::Id<Tag> id) const noexcept
    {
        return id.Value();
    }
};
