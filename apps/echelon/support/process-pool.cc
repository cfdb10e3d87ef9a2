// SPDX-License-Identifier: GPL-2.0-only
#include "support/process-pool.h"

#include "support/exit-codes.h"
#include "support/signals.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
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

/// How far one task is, and why it failed; shared between the processes.
struct Progress
{
    std::atomic<std::uint64_t> done;
    std::atomic<std::uint64_t> all;
    char reason[2048]; ///< ends with a zero; read after the process has ended
};

/// The progress of all tasks in memory that children share.
class SharedProgress
{
  public:
    explicit SharedProgress(std::size_t count)
        : m_bytes(count * sizeof(Progress))
    {
        void* memory =
            mmap(nullptr, m_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
        {
            throw std::bad_alloc();
        }
        m_tasks = static_cast<Progress*>(memory); // zero pages are valid counters and texts
    }

    ~SharedProgress()
    {
        munmap(m_tasks, m_bytes);
    }

    SharedProgress(const SharedProgress&) = delete;
    SharedProgress& operator=(const SharedProgress&) = delete;

    Progress& operator[](std::size_t i) const
    {
        return m_tasks[i];
    }

  private:
    std::size_t m_bytes;
    Progress* m_tasks;
};

/// The children; whatever happens, none outlives this object.
class Children
{
  public:
    explicit Children(const SharedProgress& progress)
        : m_progress(progress)
    {
    }

    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;

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
                             EXIT_INTERNAL,
                             std::string("ended by the signal \"") + strsignal(WTERMSIG(status)) +
                                 "\"");
        }
        if (const int code = WEXITSTATUS(status); code != 0)
        {
            const char* const reason = m_progress[index].reason;
            throw TaskFailed(index,
                             code,
                             *reason ? reason : fmt::format("failed with code {}", code));
        }
        return true;
    }

  private:
    const SharedProgress& m_progress;
    std::map<pid_t, std::size_t> m_running;
};

/// The life of a child: its task, and why that failed. @returns the exit code.
int
RunTask(const ProcessPool::Task& task, std::size_t index, Progress& progress)
{
    const TaskEnd end = task(index, [&](std::uint64_t done, std::uint64_t all) {
        progress.done = done;
        progress.all = all;
    });
    end.reason.copy(progress.reason, sizeof progress.reason - 1);
    return end.code;
}

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
    const SharedProgress progress(m_tasks);
    Children children(progress);
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
                throw TaskFailed(started,
                                 EXIT_INTERNAL,
                                 std::string("cannot start: ") + std::strerror(errno));
            }
            if (pid == 0)
            {
                guard.ReleaseInChild();
                _exit(RunTask(m_task, started, progress[started]));
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
            const std::uint64_t all = progress[i].all;
            parts[i] =
                finished[i]
                    ? 1.0
                    : (all > 0 ? static_cast<double>(progress[i].done) / static_cast<double>(all)
                               : 0.0);
        }
        callbacks.progress(parts);
    }
}

} // namespace echelon
