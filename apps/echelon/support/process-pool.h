// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Runs a list of tasks in forked processes, so many at a time, and reports them in order.
 *
 *     ProcessPool pool(6, 2, [&](std::size_t i, const auto& done) { …; return TaskEnd{}; });
 *     pool.Run({[&](std::size_t i) { … }, [&](const std::vector<double>& parts) { … }});
 *
 * Each run needs a process of its own, because ns-3's simulator is process-wide; a copy-on-write
 * fork shares the scenario. Why a task failed reaches the program through shared memory, so a full
 * disk cannot keep it back. Errors: TaskFailed, after the other processes have been ended;
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

/// How a task ended: the exit code of its process and, when that is not 0, why.
struct TaskEnd
{
    int code = 0;
    std::string reason;
};

/// A task ended with an exit code other than 0, or by a signal.
class TaskFailed : public std::runtime_error
{
  public:
    TaskFailed(std::size_t index, int code, const std::string& what)
        : std::runtime_error(what),
          m_index(index),
          m_code(code)
    {
    }

    std::size_t Index() const
    {
        return m_index;
    }

    /// The exit code that the program should end with.
    int Code() const
    {
        return m_code;
    }

  private:
    std::size_t m_index;
    int m_code;
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
    /// Called in a child with the task's index and a function for (done, in all).
    using Task = std::function<TaskEnd(std::size_t,
                                       const std::function<void(std::uint64_t, std::uint64_t)>&)>;

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
