// SPDX-License-Identifier: GPL-2.0-only
#include "support/signals.h"

#include <atomic>
#include <ctime>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

namespace echelon
{

namespace
{

constexpr int INTERRUPTS[] = {SIGINT, SIGTERM, SIGHUP};

bool
IsIgnored(int signal)
{
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    return action.sa_handler == SIG_IGN;
}

/// Handlers may only read what is free of locks.
std::atomic<const char*> g_removed{nullptr};
static_assert(std::atomic<const char*>::is_always_lock_free);

extern "C" void
EndProcess(int)
{
    if (const char* const path = g_removed.load())
    {
        unlink(path);
    }
    _exit(EXIT_INTERRUPTED);
}

} // namespace

void
ExitOnInterrupt()
{
    for (const int signal : INTERRUPTS)
    {
        if (!IsIgnored(signal))
        {
            struct sigaction action = {};
            action.sa_handler = EndProcess;
            sigaction(signal, &action, nullptr);
        }
    }
}

InterruptGuard::InterruptGuard()
{
    sigemptyset(&m_held);
    sigaddset(&m_held, SIGCHLD);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    {
        if (!IsIgnored(signal)) // the kernel keeps signals that are ignored and held
        {
            sigaddset(&m_held, signal);
        }
    }
    sigprocmask(SIG_BLOCK, &m_held, &m_before);
}

InterruptGuard::~InterruptGuard()
{
    sigprocmask(SIG_SETMASK, &m_before, nullptr);
}

bool
InterruptGuard::Wait(int milliseconds)
{
    const timespec limit{milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    const int signal = sigtimedwait(&m_held, nullptr, &limit);
    return signal > 0 && signal != SIGCHLD;
}

void
InterruptGuard::ReleaseInChild() const
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int signal : INTERRUPTS)
    {
        if (sigismember(&m_held, signal) == 1)
        {
            std::signal(signal, SIG_DFL);
        }
    }
    sigprocmask(SIG_UNBLOCK, &m_held, nullptr);
}

RemovedOnInterrupt::RemovedOnInterrupt(std::string path)
    : m_path(std::move(path))
{
    g_removed = m_path.c_str();
    sigaction(SIGPIPE, nullptr, &m_pipeBefore);
    if (m_pipeBefore.sa_handler == SIG_DFL)
    {
        struct sigaction action = {};
        action.sa_handler = EndProcess;
        sigaction(SIGPIPE, &action, nullptr);
    }
}

RemovedOnInterrupt::~RemovedOnInterrupt()
{
    g_removed = nullptr;
    sigaction(SIGPIPE, &m_pipeBefore, nullptr);
}

} // namespace echelon
