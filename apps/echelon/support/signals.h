// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Interruption by SIGINT, SIGTERM, SIGHUP or a closed pipe: exit code 75, nothing half done left
 * behind. Signals that the caller ignores (nohup) stay ignored.
 *
 *     ExitOnInterrupt();               // while there is nothing to clean up
 *     InterruptGuard guard;            // from here on signals wait to be asked for
 *     if (guard.Wait(100)) { … }       // a signal came; false: a child ended, or 100 ms passed
 *
 *     RemovedOnInterrupt draft(path);  // without a guard: the signal itself removes the file
 */
#pragma once

#include <csignal>
#include <string>

namespace echelon
{

/// Interrupted: the exit code of the command line.
inline constexpr int EXIT_INTERRUPTED = 75;

/// From now on an interrupting signal ends the process with EXIT_INTERRUPTED.
void ExitOnInterrupt();

/// Holds signals back while it lives, that of a closed pipe too.
class InterruptGuard
{
  public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    /// Waits for a signal or the end of a child. @returns whether the process was interrupted.
    bool Wait(int milliseconds);

    /// In a forked child: signals end the process again, and so does the end of its parent.
    void ReleaseInChild() const;

  private:
    sigset_t m_held;
    sigset_t m_before;
};

/// A file that an interruption removes while this lives; a closed pipe interrupts too. One at a
/// time.
class RemovedOnInterrupt
{
  public:
    explicit RemovedOnInterrupt(std::string path);
    ~RemovedOnInterrupt();
    RemovedOnInterrupt(const RemovedOnInterrupt&) = delete;
    RemovedOnInterrupt& operator=(const RemovedOnInterrupt&) = delete;

  private:
    std::string m_path;
    struct sigaction m_pipeBefore = {};
};

} // namespace echelon
