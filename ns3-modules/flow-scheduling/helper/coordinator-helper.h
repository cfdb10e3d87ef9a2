// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Attaches a flow scheduler to a packet fabric and runs jobs on it.
 *
 *     CoordinatorHelper coordinator("echelon");
 *     coordinator.Install(network, helper->GetTopology());
 *     allReduce.Install(coordinator, {0, 4, 8, 12});        // all-reduce-helper.h, or AddJob
 *     Time end = coordinator.Run();                          // Simulator::Run
 *
 * The coordinator hears of every arrival and departure of a flow, asks the scheduler for rates and
 * sets them at the agents; see core/emulation. Trace sinks on the network work as in any ns-3
 * program. Errors: fatal (NS_ABORT) for an unknown scheduler or parameter, a second Install, and
 * Run without jobs.
 */
#ifndef COORDINATOR_HELPER_H
#define COORDINATOR_HELPER_H

#include "ns3/nstime.h"
#include "ns3/ptr.h"

#include <memory>
#include <string>
#include <vector>

namespace echelon
{
class Topology;
struct Job;
struct RunRecord;
} // namespace echelon

namespace ns3
{

class FabricNetwork;
class FlowCoordinator;

/// Brings together a scheduler, a network and jobs.
class CoordinatorHelper
{
  public:
    /// The names of all schedulers.
    static std::vector<std::string> Schedulers();

    explicit CoordinatorHelper(const std::string& scheduler);
    ~CoordinatorHelper();

    CoordinatorHelper(const CoordinatorHelper&) = delete;
    CoordinatorHelper& operator=(const CoordinatorHelper&) = delete;

    /// A parameter of the scheduler, as text: SetParameter("name", "10MB").
    void SetParameter(const std::string& name, const std::string& value);
    /// The object whose attributes set up the control plane and whose agents and traces tell what
    /// passes. Set its attributes before Run.
    Ptr<FlowCoordinator> GetCoordinator() const;
    /// Seed of the paths' hash (ECMP); 1 by default.
    void SetSeed(uint64_t seed);

    /// @param topology the graph that the network was built from; must live until Run returns.
    void Install(Ptr<FabricNetwork> network, const echelon::Topology& topology);

    /// @pre Install was called.
    const echelon::Topology& GetTopology() const;

    /// A job to run; its devices are GPUs of the topology.
    void AddJob(echelon::Job job);

    /// Run the simulation until all jobs have ended. Called once. @return the end of the last job.
    Time Run();

    /// What the run left behind (core/metrics/records.h). @pre Run has returned.
    const echelon::RunRecord& GetRecord() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace ns3

#endif /* COORDINATOR_HELPER_H */
