// SPDX-License-Identifier: GPL-2.0-only
#include "signals.h"

#include <ctime>
#include <sys/prctl.h>
#include <unistd.h>

namespace echelon
{

namespace
{

constexpr int INTERRUPTS[] = {SIGINT, SIGTERM, SIGHUP};

extern "C" void
EndProcess(int)
{
    _exit(EXIT_INTERRUPTED);
}

} // namespace

void
ExitOnInterrupt()
{
    for (const int signal : INTERRUPTS)
    {
        struct sigaction action = {};
        sigaction(signal, nullptr, &action);
        if (action.sa_handler != SIG_IGN) // nohup
        {
            action.sa_handler = EndProcess;
            sigaction(signal, &action, nullptr);
        }
    }
}

InterruptGuard::InterruptGuard()
{
    sigemptyset(&m_held);
    sigaddset(&m_held, SIGCHLD);
    for (const int signal : INTERRUPTS)
    {
        sigaddset(&m_held, signal);
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
        std::signal(signal, SIG_DFL);
    }
    sigprocmask(SIG_UNBLOCK, &m_held, nullptr);
}

} // namespace echelon
