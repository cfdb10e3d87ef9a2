// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/sender-queues.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <tuple>

namespace echelon
{

namespace
{

/// The head of a sender's queue, at its receiver.
struct Head
{
    std::uint32_t sender;
    double limit; ///< the sender's rate, bits per picosecond
    double bits;  ///< left at the receiver's last change
    double noise; ///< as good as nothing left
    double rate = 0;
};

struct Receiver
{
    double capacity;         ///< bits per picosecond
    std::vector<Head> heads; ///< by (limit, sender)
    double changed = 0;      ///< when `bits` and `rate` were last set
    std::uint64_t version = 0;
    bool touched = false; ///< heads came or went in this event
};

/// When a receiver's next transmission ends, if nothing changes before.
struct Prediction
{
    double end;
    std::uint32_t receiver;
    std::uint64_t version;

    bool operator>(const Prediction& other) const
    {
        return std::tie(end, receiver, version) >
               std::tie(other.end, other.receiver, other.version);
    }
};

class Queues
{
  public:
    Queues(const std::vector<BitRate>& sending,
           const std::vector<BitRate>& receiving,
           const std::vector<std::vector<QueuedTransmission>>& queues)
        : m_queues(queues),
          m_next(queues.size(), 0)
    {
        for (const BitRate rate : sending)
        {
            m_limit.push_back(rate / 1e12);
        }
        for (const BitRate rate : receiving)
        {
            m_receivers.push_back({rate / 1e12, {}});
        }
        m_timing.fanIn.assign(receiving.size(), 0);
        for (const auto& queue : queues)
        {
            m_timing.times.emplace_back(queue.size());
        }
    }

    QueueTiming Run()
    {
        for (std::uint32_t sender = 0; sender < m_queues.size(); ++sender)
        {
            StartNext(sender, 0);
        }
        Refresh(0);
        std::vector<std::uint32_t> done;
        while (!m_predictions.empty())
        {
            // All that end now leave before any that follow them start: fan-in counts no meeting
            // of no duration.
            const double now = m_predictions.top().end;
            done.clear();
            while (!m_predictions.empty() &&
                   m_predictions.top().end <= now * (1 + ROUNDING) + COMPLETION_SLACK_PS)
            {
                const Prediction top = m_predictions.top();
                m_predictions.pop();
                if (m_receivers[top.receiver].version == top.version)
                {
                    Finish(top.receiver, now, done);
                }
            }
            std::sort(done.begin(), done.end());
            for (const std::uint32_t sender : done)
            {
                StartNext(sender, now);
            }
            Refresh(now);
        }
        return std::move(m_timing);
    }

  private:
    void Advance(Receiver& receiver, double now)
    {
        for (Head& head : receiver.heads)
        {
            head.bits -= head.rate * (now - receiver.changed);
        }
        receiver.changed = now;
    }

    void Touch(std::uint32_t number)
    {
        if (!m_receivers[number].touched)
        {
            m_receivers[number].touched = true;
            m_touched.push_back(number);
        }
    }

    void Finish(std::uint32_t number, double now, std::vector<std::uint32_t>& done)
    {
        Receiver& receiver = m_receivers[number];
        Advance(receiver, now);
        // No shorter than what makes a prediction count as now.
        const double moment = 2 * (COMPLETION_SLACK_PS + ROUNDING * now);
        std::size_t kept = 0;
        for (Head& head : receiver.heads)
        {
            if (head.bits <= std::max(head.noise, head.rate * moment))
            {
                m_timing.times[head.sender][m_next[head.sender] - 1].end = now;
                done.push_back(head.sender);
                continue;
            }
            receiver.heads[kept++] = head;
        }
        receiver.heads.resize(kept);
        Touch(number);
    }

    void StartNext(std::uint32_t sender, double now)
    {
        const std::size_t position = m_next[sender];
        if (position == m_queues[sender].size())
        {
            return;
        }
        ++m_next[sender];
        const QueuedTransmission& one = m_queues[sender][position];
        m_timing.times[sender][position].start = now;
        Receiver& receiver = m_receivers[one.receiver];
        Advance(receiver, now);
        const Head head{sender, m_limit[sender], one.bits, one.bits * SAME_VOLUME};
        const auto place =
            std::upper_bound(receiver.heads.begin(),
                             receiver.heads.end(),
                             head,
                             [](const Head& a, const Head& b) {
                                 return std::tie(a.limit, a.sender) < std::tie(b.limit, b.sender);
                             });
        receiver.heads.insert(place, head);
        std::uint32_t& fanIn = m_timing.fanIn[one.receiver];
        fanIn = std::max(fanIn, static_cast<std::uint32_t>(receiver.heads.size()));
        Touch(one.receiver);
    }

    /// Rates and predictions of the receivers whose heads changed.
    void Refresh(double now)
    {
        for (const std::uint32_t number : m_touched)
        {
            Receiver& receiver = m_receivers[number];
            receiver.touched = false;
            ++receiver.version;
            double left = receiver.capacity;
            double end = std::numeric_limits<double>::infinity();
            for (std::size_t k = 0; k < receiver.heads.size(); ++k)
            {
                // In ascending order of limits, each takes its share of what is left.
                Head& head = receiver.heads[k];
                head.rate =
                    std::min(head.limit, left / static_cast<double>(receiver.heads.size() - k));
                left -= head.rate;
                end = std::min(end, now + head.bits / head.rate);
            }
            if (!receiver.heads.empty())
            {
                m_predictions.push({std::max(end, now), number, receiver.version});
            }
        }
        m_touched.clear();
    }

    const std::vector<std::vector<QueuedTransmission>>& m_queues;
    std::vector<std::size_t> m_next;
    std::vector<double> m_limit;
    std::vector<Receiver> m_receivers;
    std::vector<std::uint32_t> m_touched;
    std::priority_queue<Prediction, std::vector<Prediction>, std::greater<>> m_predictions;
    QueueTiming m_timing;
};

} // namespace

QueueTiming
TimeSenderQueues(const std::vector<BitRate>& sending,
                 const std::vector<BitRate>& receiving,
                 const std::vector<std::vector<QueuedTransmission>>& queues)
{
    ECHELON_REQUIRE(queues.size() == sending.size(), "a queue for each sender");
    for (const auto& queue : queues)
    {
        for (const QueuedTransmission& one : queue)
        {
            ECHELON_REQUIRE(one.receiver < receiving.size() && one.bits > 0,
                            "a transmission has bits and a receiver");
        }
    }
    return Queues(sending, receiving, queues).Run();
}

} // namespace echelon
