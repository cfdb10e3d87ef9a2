// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/compute-variation.h"

#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace echelon
{

ComputeTimes::ComputeTimes(const ComputeVariation& variation,
                           std::uint64_t seed,
                           std::string_view job)
    : m_sigma(variation.sigma),
      m_stragglers(variation.stragglers),
      m_factor(variation.factor),
      m_seed(Mix64(seed ^ HashText(job))),
      m_perTask(variation.sigma > 0 && variation.scope == ComputeVariation::Scope::TASK)
{
    std::sort(m_stragglers.begin(), m_stragglers.end());
    if (variation.sigma > 0 && variation.scope == ComputeVariation::Scope::JOB)
    {
        m_jobNoise = std::exp(m_sigma * RandomStream(m_seed, "compute noise/job").Normal());
    }
}

Time
ComputeTimes::Real(Time profiled, DeviceId device, std::uint32_t iteration, TaskId task) const
{
    double factor = m_jobNoise;
    if (m_perTask)
    {
        const std::uint64_t seed = Mix64(Mix64(m_seed + iteration) + task.Value());
        factor = std::exp(m_sigma * RandomStream(seed, "compute noise/task").Normal());
    }
    if (std::binary_search(m_stragglers.begin(), m_stragglers.end(), device))
    {
        factor *= m_factor;
    }
    return factor == 1.0 ? profiled : Time::FromSeconds(profiled.Seconds() * factor);
}

} // namespace echelon
