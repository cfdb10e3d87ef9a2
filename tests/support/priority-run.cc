// SPDX-License-Identifier: GPL-2.0-only
#include "support/priority-run.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <array>
#include <limits>

namespace echelon
{

namespace
{

constexpr double NEVER = std::numeric_limits<double>::infinity();

/// Bytes from one GPU to another in one all-to-all, in the seconds that they take of either port.
struct Pair
{
    std::uint32_t source;
    std::uint32_t destination;
    double egress;
    double ingress;
    double left = 1; ///< part not yet sent
    double rate = 0; ///< parts per second
};

class PriorityRun
{
  public:
    PriorityRun(const MoeLayer& first,
                const MoeLayer& second,
                const GpuCluster& cluster,
                const Colocation& colocation,
                const TimelineOptions& options)
        : m_options(options),
          m_works(WorksOf({{&first, &colocation.first}, {&second, &colocation.second}},
                          cluster,
                          options.reading)),
          m_next(cluster.Size(), 0),
          m_end(cluster.Size(), NEVER)
    {
        AddPairs(0, first.dispatch.Permuted(colocation.first), cluster);
        AddPairs(1, second.dispatch.Permuted(colocation.second), cluster);
        AddPairs(2, first.dispatch.Permuted(colocation.first).Transposed(), cluster);
        AddPairs(3, second.dispatch.Permuted(colocation.second).Transposed(), cluster);
    }

    /// Seconds.
    double Run()
    {
        Start();
        while (std::any_of(m_next.begin(), m_next.end(), [](std::size_t next) {
            return next < GpuWork::COMPUTATIONS;
        }))
        {
            SetRates();
            Advance(NextEvent());
            Start();
        }
        return m_now;
    }

  private:
    void AddPairs(std::size_t allToAll, const TrafficMatrix& traffic, const GpuCluster& cluster)
    {
        for (std::uint32_t i = 0; i < traffic.Size(); ++i)
        {
            for (std::uint32_t j = 0; j < traffic.Size(); ++j)
            {
                if (traffic.At(i, j) == 0)
                {
                    continue;
                }
                const double bits = 8 * static_cast<double>(traffic.At(i, j));
                const BitRate slower = std::min(cluster.rate[i], cluster.rate[j]);
                const bool fluid = m_options.reading == RateReading::FLUID;
                m_pairs[allToAll].push_back({i,
                                             j,
                                             bits / (fluid ? cluster.rate[i] : slower),
                                             bits / (fluid ? cluster.rate[j] : slower)});
            }
        }
    }

    /// Whether a GPU takes part in the all-to-all after computation k.
    bool Computed(std::size_t k, std::uint32_t gpu) const
    {
        return m_next[gpu] > k;
    }

    bool ComputedEverywhere(std::size_t k) const
    {
        return std::all_of(m_next.begin(), m_next.end(), [k](std::size_t next) {
            return next > k;
        });
    }

    bool Exchanged(std::size_t allToAll) const
    {
        return ComputedEverywhere(allToAll) && m_pairs[allToAll].empty();
    }

    /// Starts computations whose conditions hold; those that take no time are over at once.
    void Start()
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            for (std::uint32_t gpu = 0; gpu < m_next.size(); ++gpu)
            {
                const std::size_t next = m_next[gpu];
                const bool idle = next < GpuWork::COMPUTATIONS && m_end[gpu] == NEVER;
                if (idle && (next < 2 || Exchanged(next - 2)))
                {
                    m_end[gpu] = m_now + m_works[gpu].computation[next];
                }
                if (m_end[gpu] <= m_now)
                {
                    m_end[gpu] = NEVER;
                    ++m_next[gpu];
                    changed = true;
                }
            }
        }
    }

    /// All-to-alls by priority, each weighted max-min on what is left of the ports.
    void SetRates()
    {
        std::vector<double> egressLeft(m_next.size(), 1.0);
        std::vector<double> ingressLeft(m_next.size(), 1.0);
        for (std::size_t k = 0; k < GpuWork::ALL_TO_ALLS; ++k)
        {
            const bool together =
                m_options.start == AllToAllStart::TOGETHER && !ComputedEverywhere(k);
            std::vector<Pair*> growing;
            for (Pair& pair : m_pairs[k])
            {
                pair.rate = 0;
                if (!together && Computed(k, pair.source) && Computed(k, pair.destination))
                {
                    growing.push_back(&pair);
                }
            }
            while (!growing.empty())
            {
                Grow(growing, egressLeft, ingressLeft);
            }
        }
    }

    /// Raises all rates by one factor of what is left until a port is full, and drops pairs there.
    static void Grow(std::vector<Pair*>& growing,
                     std::vector<double>& egressLeft,
                     std::vector<double>& ingressLeft)
    {
        std::vector<double> egress(egressLeft.size(), 0.0);
        std::vector<double> ingress(ingressLeft.size(), 0.0);
        for (const Pair* pair : growing)
        {
            egress[pair->source] += pair->left * pair->egress;
            ingress[pair->destination] += pair->left * pair->ingress;
        }
        double factor = NEVER;
        for (std::size_t port = 0; port < egress.size(); ++port)
        {
            factor = egress[port] > 0 ? std::min(factor, egressLeft[port] / egress[port]) : factor;
            factor =
                ingress[port] > 0 ? std::min(factor, ingressLeft[port] / ingress[port]) : factor;
        }
        for (std::size_t port = 0; port < egress.size(); ++port)
        {
            const auto take = [factor](double& left, double load) {
                left -= factor * load;
                left = left < CAPACITY_EPSILON ? 0 : left;
            };
            take(egressLeft[port], egress[port]);
            take(ingressLeft[port], ingress[port]);
        }
        std::vector<Pair*> still;
        for (Pair* pair : growing)
        {
            pair->rate += factor * pair->left;
            if (egressLeft[pair->source] > 0 && ingressLeft[pair->destination] > 0)
            {
                still.push_back(pair);
            }
        }
        growing = std::move(still);
    }

    /// At the rates in force.
    double EndOf(const Pair& pair) const
    {
        return pair.rate > 0 ? m_now + pair.left / pair.rate : NEVER;
    }

    double NextEvent() const
    {
        double next = *std::min_element(m_end.begin(), m_end.end());
        for (const std::vector<Pair>& pairs : m_pairs)
        {
            for (const Pair& pair : pairs)
            {
                next = std::min(next, EndOf(pair));
            }
        }
        ECHELON_ENSURE(next < NEVER, "somebody computes or sends");
        return next;
    }

    /// To the next event. A pair whose end that is goes by its end, not by what rounding leaves of
    /// it: a small one may end at a time that a double does not tell from now.
    void Advance(double until)
    {
        const double moment = until * (1 + ROUNDING);
        for (std::vector<Pair>& pairs : m_pairs)
        {
            pairs.erase(std::remove_if(pairs.begin(),
                                       pairs.end(),
                                       [&](const Pair& pair) { return EndOf(pair) <= moment; }),
                        pairs.end());
            for (Pair& pair : pairs)
            {
                pair.left -= (until - m_now) * pair.rate;
            }
        }
        m_now = until;
    }

    TimelineOptions m_options;
    std::vector<GpuWork> m_works;
    std::array<std::vector<Pair>, GpuWork::ALL_TO_ALLS> m_pairs; ///< with bytes left
    std::vector<std::size_t> m_next; ///< by GPU: computation under way or next
    std::vector<double> m_end;       ///< by GPU: of the one under way, or NEVER
    double m_now = 0;
};

} // namespace

Time
PriorityRunTime(const MoeLayer& first,
                const MoeLayer& second,
                const GpuCluster& cluster,
                const Colocation& colocation,
                const TimelineOptions& options)
{
    return Time::FromSeconds(PriorityRun(first, second, cluster, colocation, options).Run());
}

} // namespace echelon
