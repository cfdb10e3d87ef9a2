// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/dependency-lists.h"

#include "base/contracts.h"

#include <algorithm>
#include <limits>

namespace echelon
{

DependencyLists::DependencyLists(const DependencyLists& other)
{
    other.Sort();
    m_tasks = other.m_tasks;
    m_size = other.m_size;
    m_first = other.m_first;
    m_successors = other.m_successors;
}

void
DependencyLists::AddTask()
{
    ECHELON_REQUIRE(m_tasks < std::numeric_limits<std::uint32_t>::max() / 2,
                    "a successor is named in 31 bits");
    ++m_tasks;
    m_isSorted.store(false, std::memory_order_relaxed);
}

void
DependencyLists::Add(const Dependency& dependency)
{
    m_pending.emplace_back(dependency.before, Successor(dependency.after, dependency.milestone));
    ++m_size;
    m_isSorted.store(false, std::memory_order_relaxed);
}

void
DependencyLists::Reserve(std::size_t more)
{
    if (m_pending.capacity() - m_pending.size() < more)
    {
        m_pending.reserve(std::max(m_pending.size() + more, 2 * m_pending.capacity()));
    }
}

void
DependencyLists::SortNow() const
{
    const std::lock_guard<std::mutex> lock(m_sorting);
    if (m_isSorted.load(std::memory_order_relaxed))
    {
        return;
    }
    // Counting sort. While successors are placed, first[t] is where the next one of task t goes; at
    // the end it is where those of the next task begin.
    const std::size_t sorted = m_first.size() - 1;
    std::vector<std::uint32_t> first(m_tasks + 1U, 0);
    for (std::size_t t = 0; t < sorted; ++t)
    {
        first[t + 1] = m_first[t + 1] - m_first[t];
    }
    for (const auto& [before, next] : m_pending)
    {
        ++first[before.Value() + 1];
    }
    for (std::size_t t = 1; t < first.size(); ++t)
    {
        first[t] += first[t - 1];
    }
    std::vector<Successor> successors(m_size);
    for (std::size_t t = 0; t < sorted; ++t)
    {
        for (std::uint32_t s = m_first[t]; s < m_first[t + 1]; ++s)
        {
            successors[first[t]++] = m_successors[s];
        }
    }
    for (const auto& [before, next] : m_pending)
    {
        successors[first[before.Value()]++] = next;
    }
    std::copy_backward(first.begin(), first.end() - 1, first.end());
    first[0] = 0;
    m_first = std::move(first);
    m_successors = std::move(successors);
    m_pending = std::vector<Pending>();
    m_isSorted.store(true, std::memory_order_release);
}

} // namespace echelon
