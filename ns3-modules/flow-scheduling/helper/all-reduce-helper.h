// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Adds all-reduce jobs: a job runs one collective over some GPUs, once or several times in a row.
 *
 *     Ptr<AllReduceHelper> allReduce = CreateObject<AllReduceHelper>();
 *     allReduce->SetAttribute("Bytes", UintegerValue(25000000));
 *     allReduce->Install(coordinator, {0, 4, 8, 12});   // ring order
 *
 * Every attribute is also a command-line argument: --ns3::AllReduceHelper::Bytes=1000000.
 * The collective is one coflow. Its algorithms and granularities are those of
 * core/collective/collectives.h. Errors: fatal for fewer than two GPUs, a GPU named twice, or
 * one that the topology does not have.
 */
#ifndef ALL_REDUCE_HELPER_H
#define ALL_REDUCE_HELPER_H

#include "ns3/nstime.h"
#include "ns3/object.h"

#include <string>
#include <vector>

namespace ns3
{

class CoordinatorHelper;

/// Adds all-reduce jobs to a coordinator.
class AllReduceHelper : public Object
{
  public:
    static TypeId GetTypeId();

    /// @pre the coordinator is installed on a network.
    void Install(CoordinatorHelper& coordinator, const std::vector<uint32_t>& gpus) const;

  private:
    std::string m_name;
    uint64_t m_bytes;
    uint32_t m_iterations;
    Time m_start;
    std::string m_algorithm;
    std::string m_granularity;
};

} // namespace ns3

#endif /* ALL_REDUCE_HELPER_H */
