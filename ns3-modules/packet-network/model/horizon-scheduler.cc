// SPDX-License-Identifier: GPL-2.0-only
#include "horizon-scheduler.h"

#include "ns3/object-factory.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(HorizonScheduler);

static HorizonScheduler* g_current = nullptr;

TypeId
HorizonScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::HorizonScheduler")
                            .SetParent<PriorityQueueScheduler>()
                            .SetGroupName("PacketNetwork")
                            .AddConstructor<HorizonScheduler>();
    return tid;
}

HorizonScheduler::HorizonScheduler()
{
    g_current = this;
}

HorizonScheduler::~HorizonScheduler()
{
    if (g_current == this)
    {
        g_current = nullptr;
    }
}

void
HorizonScheduler::Install()
{
    ObjectFactory factory;
    factory.SetTypeId(GetTypeId());
    Simulator::SetScheduler(factory);
}

const HorizonScheduler*
HorizonScheduler::Current()
{
    return g_current;
}

void
HorizonScheduler::Insert(const Event& ev)
{
    PriorityQueueScheduler::Insert(ev);
    m_nextTime = std::min(m_nextTime, ev.key.m_ts);
}

Scheduler::Event
HorizonScheduler::RemoveNext()
{
    const Event event = PriorityQueueScheduler::RemoveNext();
    Update();
    return event;
}

void
HorizonScheduler::Remove(const Event& ev)
{
    PriorityQueueScheduler::Remove(ev);
    Update();
}

void
HorizonScheduler::Update()
{
    m_nextTime = PriorityQueueScheduler::IsEmpty() ? std::numeric_limits<uint64_t>::max()
                                                   : PriorityQueueScheduler::PeekNext().key.m_ts;
}

} // namespace ns3
