// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Runs a list of tasks in forked processes, so many at a time, and reports them in order.
 *
 *     ProcessPool pool(6, 2, [&](std::size_t i, const ProgressCallback& done) { …; return 0; });
 *     pool.Run({[&](std::size_t i) { … }, [&](const std::vector<double>& parts) { … }});
 *
 * Each run needs a process of its own, because ns-3's simulator is process-wide; a copy-on-write
 * fork shares the scenario. Errors: TaskFailed, after the other processes have been ended;
 * Interrupted likewise.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace echelon
{

/// A task ended with an exit code other than 0, or by a signal.
class TaskFailed : public std::runtime_error
{
  public:
    TaskFailed(std::size_t index, const std::string& what)
        : std::runtime_error(what),
          m_index(index)
    {
    }

    std::size_t Index() const
    {
        return m_index;
    }

  private:
    std::size_t m_index;
};

/// A signal asked the program to end.
class Interrupted : public std::runtime_error
{
  public:
    Interrupted()
        : std::runtime_error("interrupted")
    {
    }
};

class ProcessPool
{
  public:
    /// Called in a child with the task's index and a function for (done, in all). Returns the exit
    /// code.
    using Task =
        std::function<int(std::size_t, const std::function<void(std::uint64_t, std::uint64_t)>&)>;

    struct Callbacks
    {
        /// A task and all before it are done.
        std::function<void(std::size_t)> done;
        /// Ten times a second: the part of each task that is done, negative before it starts.
        std::function<void(const std::vector<double>&)> progress;
    };

    /// @param atATime processes side by side; 0: as many as there are cores.
    ProcessPool(std::size_t tasks, std::size_t atATime, Task task);

    void Run(const Callbacks& callbacks);

  private:
    std::size_t m_tasks;
    std::size_t m_atATime;
    Task m_task;
};

} // namespace echelon
