// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Which tasks wait for which, and for what of them.
 *
 *     DependencyLists dependencies;
 *     dependencies.AddTask();                                  // task 0, then task 1
 *     dependencies.AddTask();
 *     dependencies.Add({TaskId(0), TaskId(1), Milestone::DONE});
 *     for (const Successor& next : dependencies.After(TaskId(0)))   // in the order of Add
 *
 * A dependency takes 8 bytes until it is first asked for. Then all are sorted by the task that is
 * waited for, and take 4 bytes each and 4 bytes a task. More may be added afterwards; they are
 * merged when they are asked for. Sorting takes O(tasks + dependencies) and keeps the order of what
 * follows one task. Several threads may read the same lists, also for the first time.
 */
#pragma once

#include "base/ids.h"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace echelon
{

/// What a successor waits for.
enum class Milestone : std::uint8_t
{
    DONE,
    SENT, ///< of a flow: its last byte has left the source; of any other task: it is done
};

/// `after` starts only when `before` has come to the milestone.
struct Dependency
{
    TaskId before;
    TaskId after;
    Milestone milestone = Milestone::DONE;
};

/// A task that waits for another one, in 4 bytes. @pre the task is below 2^31.
class Successor
{
  public:
    Successor() = default;

    Successor(TaskId task, Milestone milestone)
        : m_bits(task.Value() << 1 | static_cast<std::uint32_t>(milestone))
    {
    }

    TaskId Task() const
    {
        return TaskId(m_bits >> 1);
    }

    /// Of the task that is waited for.
    Milestone Awaited() const
    {
        return static_cast<Milestone>(m_bits & 1);
    }

  private:
    std::uint32_t m_bits = 0;
};

class DependencyLists
{
  public:
    /// What waits for one task.
    class Successors
    {
      public:
        Successors(const Successor* begin, const Successor* end)
            : m_begin(begin),
              m_end(end)
        {
        }

        const Successor* begin() const
        {
            return m_begin;
        }

        const Successor* end() const
        {
            return m_end;
        }

      private:
        const Successor* m_begin;
        const Successor* m_end;
    };

    /// Walks over all dependencies, by the task that is waited for.
    class Iterator
    {
      public:
        Iterator(const DependencyLists& lists, std::uint32_t position)
            : m_lists(lists),
              m_position(position)
        {
            SkipTasks();
        }

        Dependency operator*() const
        {
            const Successor& next = m_lists.m_successors[m_position];
            return {TaskId(m_before), next.Task(), next.Awaited()};
        }

        Iterator& operator++()
        {
            ++m_position;
            SkipTasks();
            return *this;
        }

        bool operator!=(const Iterator& other) const
        {
            return m_position != other.m_position;
        }

      private:
        /// Those whose last successor is before the position.
        void SkipTasks()
        {
            while (m_before < m_lists.m_tasks && m_lists.m_first[m_before + 1] <= m_position)
            {
                ++m_before;
            }
        }

        const DependencyLists& m_lists;
        std::uint32_t m_position;
        std::uint32_t m_before = 0;
    };

    DependencyLists() = default;
    DependencyLists(const DependencyLists& other);
    DependencyLists& operator=(const DependencyLists&) = delete;

    void AddTask();
    /// Both tasks are there.
    void Add(const Dependency& dependency);
    /// So many dependencies follow; only saves time and memory.
    void Reserve(std::size_t more);

    Successors After(TaskId task) const
    {
        Sort();
        return {m_successors.data() + m_first[task.Value()],
                m_successors.data() + m_first[task.Value() + 1]};
    }

    Iterator begin() const
    {
        Sort();
        return {*this, 0};
    }

    Iterator end() const
    {
        Sort();
        return {*this, static_cast<std::uint32_t>(m_successors.size())};
    }

    std::size_t size() const
    {
        return m_size;
    }

  private:
    using Pending = std::pair<TaskId, Successor>; ///< the task that is waited for, and what waits

    void Sort() const
    {
        if (!m_isSorted.load(std::memory_order_acquire))
        {
            SortNow();
        }
    }

    void SortNow() const;

    std::uint32_t m_tasks = 0;
    std::size_t m_size = 0;
    mutable std::vector<Pending> m_pending;        ///< since they were sorted
    mutable std::vector<std::uint32_t> m_first{0}; ///< by task: into `m_successors`, and the end
    mutable std::vector<Successor> m_successors;
    mutable std::atomic<bool> m_isSorted{true};
    mutable std::mutex m_sorting;
};

} // namespace echelon
