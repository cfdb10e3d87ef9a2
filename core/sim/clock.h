// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Interface of simulated time: what time it is, and callbacks at later times. Whoever acts in a
 * simulation takes a clock and need not know who drives it.
 *
 *     clock.CallAt(clock.Now() + delay, [&] { … });
 *     clock.CallWhenSettled([&] { … });   // after all other events of the present time
 *     clock.Run();
 *
 * Callbacks come in order of (time, order of asking). The pure C++ clock is sim/event-clock.h; the
 * packet fabric brings one that is ns-3's simulator.
 */
#pragma once

#include "base/time.h"

#include <functional>

namespace echelon
{

class Clock
{
  public:
    virtual ~Clock() = default;

    virtual Time Now() const = 0;

    /// Call back at a time. @pre time >= Now().
    virtual void CallAt(Time time, std::function<void()> callback) = 0;

    /// Call back at the present time, after every other event of the present time.
    virtual void CallWhenSettled(std::function<void()> callback) = 0;

    /// Run until nothing is left to do. Errors: TimeOverflow when something would happen beyond the
    /// range of Time.
    virtual void Run() = 0;
};

} // namespace echelon
