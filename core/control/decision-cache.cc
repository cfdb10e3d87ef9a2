// SPDX-License-Identifier: GPL-2.0-only
#include "control/decision-cache.h"

#include "base/random.h"

#include <cstring>

namespace echelon
{

namespace
{

std::uint64_t
BitsOf(double x)
{
    std::uint64_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

} // namespace

void
DecisionCache::Describe(const NetworkView& view)
{
    m_now = view.now;
    m_state.clear();
    const auto number = [this](std::uint64_t word) { m_state.push_back(word); };
    const auto real = [this](double x) { m_state.push_back(BitsOf(x)); };
    const auto time = [this, &view](Time t) {
        m_state.push_back(static_cast<std::uint64_t>((t - view.now).Picoseconds()));
    };
    number(view.flows.size());
    number(view.groups.size());
    number(view.jobs.size());
    for (const ActiveJob& job : view.jobs)
    {
        number(job.id.Value()); // some schedulers put a job first
        real(job.weight);
        time(job.iterationStart);
    }
    for (const ActiveGroup& group : view.groups)
    {
        number(group.job);
        real(group.weight);
        time(group.reference);
        real(group.sentBits);
        number(group.tardiness.has_value() ? 1 : 0);
        number(static_cast<std::uint64_t>(group.tardiness.value_or(Time()).Picoseconds()));
    }
    for (const ActiveFlow& flow : view.flows)
    {
        number(std::uint64_t{flow.group} << 32 | flow.multiplicity);
        number(flow.route.Number().Value());
        real(flow.remainingBits);
        real(flow.sizeBits);
        time(flow.release);
        time(flow.idealFinish);
        time(flow.latestFinish);
    }
    m_hash = m_state.size();
    for (const std::uint64_t word : m_state)
    {
        m_hash = Mix64(m_hash ^ word);
    }
}

const Allocation*
DecisionCache::Find(const NetworkView& view)
{
    ++m_lookups;
    Describe(view);
    const auto it = m_kept.find(m_hash);
    if (it == m_kept.end())
    {
        return nullptr;
    }
    for (const Kept& kept : it->second)
    {
        if (kept.state == m_state)
        {
            ++m_hits;
            m_found = kept.decision;
            if (m_found.validUntil)
            {
                m_found.validUntil = view.now + (*kept.decision.validUntil - kept.madeAt);
            }
            return &m_found;
        }
    }
    return nullptr;
}

void
DecisionCache::Insert(const Allocation& decision)
{
    const std::size_t words = m_state.size() + decision.rates.size();
    if (m_words + words <= MAX_WORDS)
    {
        m_words += words;
        m_kept[m_hash].push_back({m_state, decision, m_now});
    }
}

} // namespace echelon
