// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long computations really take if the profile is not exact.
 *
 *     ComputeVariation variation{0.2, ComputeVariation::Scope::TASK, {DeviceId(3)}, 1.5};
 *     const ComputeTimes times(variation, seed, "job-a");
 *     times.Real(task.duration, task.device, iteration, id);   // what the executor waits
 *
 * The real time is the profiled time × noise × straggler. The noise is lognormal, exp(sigma × N).
 * Its median is 1, so it is too long as often as too short; its mean is exp(sigma² / 2), which is
 * 1.02 for sigma = 0.2. There is one draw per task and iteration, or one per job, which makes the
 * whole profile too fast or too slow. The computations of a straggler take `factor` times as long.
 * Only real times vary. Arrangements, ideal finish times and slacks stay those of the profile,
 * since schedulers know nothing else.
 *
 * Random streams are named by job, iteration and task, so the draws of a run are the same under
 * every scheduler and do not depend on other jobs. Times are rounded to picoseconds. Real: O(1).
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace echelon
{

/// How the times of one job vary. The default changes nothing.
struct ComputeVariation
{
    enum class Scope
    {
        TASK, ///< a draw for each task of each iteration
        JOB,  ///< one draw for all
    };

    double sigma = 0; ///< of the factor's logarithm
    Scope scope = Scope::TASK;
    std::vector<DeviceId> stragglers{};
    double factor = 1; ///< of the stragglers' times
};

class ComputeTimes
{
  public:
    ComputeTimes(const ComputeVariation& variation, std::uint64_t seed, std::string_view job);

    Time Real(Time profiled, DeviceId device, std::uint32_t iteration, TaskId task) const;

  private:
    double m_sigma;
    std::vector<DeviceId> m_stragglers; ///< ascending
    double m_factor;
    std::uint64_t m_seed;  ///< of the job's tasks; unused unless m_perTask
    double m_jobNoise = 1; ///< 1 unless per job
    bool m_perTask;
};

} // namespace echelon
