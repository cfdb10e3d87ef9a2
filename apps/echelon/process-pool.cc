// SPDX-License-Identifier: GPL-2.0-only
#include "process-pool.h"

#include "signals.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace echelon
{

namespace
{

/// How far one task is; shared between the processes.
struct Counter
{
    std::atomic<std::uint64_t> done;
    std::atomic<std::uint64_t> all;
};

/// Counters in memory that children share.
class SharedCounters
{
  public:
    explicit SharedCounters(std::size_t count)
        : m_bytes(count * sizeof(Counter))
    {
        void* memory =
            mmap(nullptr, m_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
        {
            throw std::bad_alloc();
        }
        m_counters = static_cast<Counter*>(memory); // zero pages are valid counters
    }

    ~SharedCounters()
    {
        munmap(m_counters, m_bytes);
    }

    SharedCounters(const SharedCounters&) = delete;
    SharedCounters& operator=(const SharedCounters&) = delete;

    Counter& operator[](std::size_t i)
    {
        return m_counters[i];
    }

  private:
    std::size_t m_bytes;
    Counter* m_counters;
};

/// The children; whatever happens, none outlives this object.
class Children
{
  public:
    ~Children()
    {
        for (const auto& [pid, index] : m_running)
        {
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
    }

    void Add(pid_t pid, std::size_t index)
    {
        m_running[pid] = index;
    }

    std::size_t Running() const
    {
        return m_running.size();
    }

    /// The index of a child that has ended well; false when none has. @throws TaskFailed.
    bool Collect(std::size_t& index)
    {
        int status = 0;
        const pid_t pid = waitpid(-1, &status, WNOHANG);
        const auto it = m_running.find(pid);
        if (pid <= 0 || it == m_running.end())
        {
            return false;
        }
        index = it->second;
        m_running.erase(it);
        if (WIFSIGNALED(status))
        {
            throw TaskFailed(index,
                             std::string("ended by the signal \"") + strsignal(WTERMSIG(status)) +
                                 "\"");
        }
        if (WEXITSTATUS(status) != 0)
        {
            throw TaskFailed(index, "failed with code " + std::to_string(WEXITSTATUS(status)));
        }
        return true;
    }

  private:
    std::map<pid_t, std::size_t> m_running;
};

} // namespace

ProcessPool::ProcessPool(std::size_t tasks, std::size_t atATime, Task task)
    : m_tasks(tasks),
      m_atATime(atATime > 0 ? atATime : std::max(1U, std::thread::hardware_concurrency())),
      m_task(std::move(task))
{
}

void
ProcessPool::Run(const Callbacks& callbacks)
{
    InterruptGuard guard;
    SharedCounters counters(m_tasks);
    Children children;
    std::vector<bool> finished(m_tasks, false);
    std::size_t started = 0;
    std::size_t reported = 0;
    while (reported < m_tasks)
    {
        while (started < m_tasks && children.Running() < m_atATime)
        {
            const pid_t pid = fork();
            if (pid < 0)
            {
                throw TaskFailed(started, std::string("cannot start: ") + std::strerror(errno));
            }
            if (pid == 0)
            {
                guard.ReleaseInChild();
                Counter& counter = counters[started];
                _exit(m_task(started, [&](std::uint64_t done, std::uint64_t all) {
                    counter.done = done;
                    counter.all = all;
                }));
            }
            children.Add(pid, started++);
        }
        if (guard.Wait(100))
        {
            throw Interrupted();
        }
        for (std::size_t index = 0; children.Collect(index);)
        {
            finished[index] = true;
        }
        for (; reported < m_tasks && finished[reported]; ++reported)
        {
            callbacks.done(reported);
        }
        std::vector<double> parts(m_tasks, -1.0);
        for (std::size_t i = 0; i < started; ++i)
        {
            const std::uint64_t all = counters[i].all;
            parts[i] =
                finished[i]
                    ? 1.0
                    : (all > 0 ? static_cast<double>(counters[i].done) / static_cast<double>(all)
                               : 0.0);
        }
        callbacks.progress(parts);
    }
}

} // namespace echelon
