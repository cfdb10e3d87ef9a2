// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Builds a two-tier leaf-spine packet fabric from attributes.
 *
 *     Ptr<LeafSpineHelper> helper = CreateObject<LeafSpineHelper>();
 *     helper->SetAttribute("Leaves", UintegerValue(8));
 *     Ptr<FabricNetwork> network = helper->Create();
 *     network->StartFlow(helper->MakeFlow(0, 3, 17, 25000000, 1));   // flow 0 from GPU 3 to GPU 17
 *
 * Every attribute is also a command-line argument of programs that use CommandLine:
 * --ns3::LeafSpineHelper::Leaves=8. GPUs are numbered host by host, hosts leaf by leaf.
 */
#ifndef LEAF_SPINE_HELPER_H
#define LEAF_SPINE_HELPER_H

#include "ns3/data-rate.h"
#include "ns3/fabric-network.h"
#include "ns3/nstime.h"
#include "ns3/object.h"

#include <memory>

namespace echelon
{
class Topology;
}

namespace ns3
{

/// Makes a network of what its attributes say.
class LeafSpineHelper : public Object
{
  public:
    static TypeId GetTypeId();

    LeafSpineHelper();
    ~LeafSpineHelper() override;

    /// Sets the time resolution (FabricNetwork::UsePicoseconds) and, with RunAhead, the simulator's
    /// queue, and builds the network. Called once.
    Ptr<FabricNetwork> Create();

    /// The graph that Create() built from. @pre Create() was called.
    const echelon::Topology& GetTopology() const;

    /// A flow along the hash-based ECMP path of (key, source, destination). @pre source and
    /// destination differ.
    FabricFlow MakeFlow(uint32_t id,
                        uint32_t source,
                        uint32_t destination,
                        uint64_t bytes,
                        uint64_t key) const;

  private:
    uint32_t m_leaves;
    uint32_t m_spines;
    uint32_t m_hostsPerLeaf;
    uint32_t m_gpusPerHost;
    DataRate m_hostRate;
    DataRate m_uplinkRate;
    DataRate m_scaleUpRate;
    Time m_hostDelay;
    Time m_uplinkDelay;
    Time m_scaleUpDelay;
    uint32_t m_segmentSize;
    uint32_t m_scaleUpSegmentSize;
    uint32_t m_headerSize;
    uint64_t m_queueCapacity;
    bool m_runAhead;
    std::unique_ptr<echelon::Topology> m_topology;
};

} // namespace ns3

#endif /* LEAF_SPINE_HELPER_H */
