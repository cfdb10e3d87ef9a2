// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Switches: they group egress ports and sum their figures.
 *
 *     Ptr<FabricSwitch> node = network->GetSwitches()[0];
 *     node->GetName();  node->SentBytes();
 *
 * Forwarding needs no switch object: a path names the egress ports, and a port hands a segment to
 * the next port of its path (store and forward, no switching delay). Kinds differ by TypeId:
 * LeafSwitch, SpineSwitch, BigSwitch, ScaleUpSwitch.
 */
#ifndef FABRIC_SWITCH_H
#define FABRIC_SWITCH_H

#include "egress-port.h"

#include "ns3/object.h"

#include <string>
#include <vector>

namespace ns3
{

/// A group of egress ports.
class FabricSwitch : public Object
{
  public:
    static TypeId GetTypeId();

    FabricSwitch();
    ~FabricSwitch() override;

    void AddPort(Ptr<EgressPort> port);
    const std::vector<Ptr<EgressPort>>& GetPorts() const;

    const std::string& GetName() const;

    uint64_t SentSegments() const;
    uint64_t SentBytes() const;
    uint64_t DroppedSegments() const;

  protected:
    void DoDispose() override;

  private:
    /// Of a figure over all ports.
    uint64_t Sum(uint64_t (EgressPort::*figure)() const) const;

    std::string m_name;
    std::vector<Ptr<EgressPort>> m_ports;
};

/// Joins the hosts of a rack to the spines.
class LeafSwitch : public FabricSwitch
{
  public:
    static TypeId GetTypeId();
};

/// Joins the leaves.
class SpineSwitch : public FabricSwitch
{
  public:
    static TypeId GetTypeId();
};

/// The one switch of a big-switch fabric.
class BigSwitch : public FabricSwitch
{
  public:
    static TypeId GetTypeId();
};

/// Joins the GPUs of one host.
class ScaleUpSwitch : public FabricSwitch
{
  public:
    static TypeId GetTypeId();
};

} // namespace ns3

#endif /* FABRIC_SWITCH_H */
