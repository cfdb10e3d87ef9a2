// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Switches, which group egress ports.
 *
 *     Ptr<FabricSwitch> node = network->GetSwitches()[0];
 *     node->GetName();  node->GetPorts()[2]->SentBytes();
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

    void AddPort(Ptr<EgressPort> port)
    {
        m_ports.push_back(port);
    }

    const std::vector<Ptr<EgressPort>>& GetPorts() const
    {
        return m_ports;
    }

    const std::string& GetName() const
    {
        return m_name;
    }

  protected:
    void DoDispose() override;

  private:
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
