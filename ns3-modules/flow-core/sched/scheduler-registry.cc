// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scheduler-registry.h"

#include "sched/echelon.h"
#include "sched/edf.h"
#include "sched/fair.h"
#include "sched/fifo.h"
#include "sched/sebf.h"
#include "sched/slack.h"
#include "sched/srpt.h"

namespace echelon
{

namespace
{

/// Read by the caller: the delay stands between the scheduler and the fabric.
ParameterSpec
ControlDelay()
{
    return {"control_delay",
            ParameterType::TIME,
            "0s",
            "time from a change of the flow set to the decision in force"};
}

template <class S>
std::unique_ptr<Scheduler>
Make(const ParameterSet&)
{
    return std::make_unique<S>();
}

} // namespace

const std::vector<SchedulerEntry>&
SchedulerEntries()
{
    static const std::vector<SchedulerEntry> entries{
        {"fair",
         "per-flow max-min fairness (Bertsekas and Gallager 1992)",
         {ControlDelay()},
         true,
         Make<FairScheduler>},
        {"fifo",
         "flows in order of release, each at full rate",
         {ControlDelay()},
         true,
         Make<FifoScheduler>},
        {"srpt",
         "flow with the least left to send first (Schrage 1968)",
         {ControlDelay()},
         true,
         Make<SrptScheduler>},
        {"edf",
         "flow with the earliest ideal finish time first (Jackson 1955)",
         {ControlDelay()},
         true,
         Make<EdfScheduler>},
        {"sebf",
         "coflows by smallest effective bottleneck, MADD, backfill (Varys, SIGCOMM 2014)",
         {ControlDelay()},
         true,
         Make<SebfScheduler>},
        {"echelon",
         "EchelonFlows by least tardiness, arrangement kept inside, backfill (HotNets 2022)",
         {ControlDelay()},
         true,
         Make<EchelonScheduler>},
        {"slack",
         "stages of EchelonFlows by the time they need and the slack of their iteration",
         {ControlDelay()},
         true,
         Make<SlackScheduler>},
    };
    return entries;
}

const SchedulerEntry&
SchedulerEntryOf(const std::string& name)
{
    std::vector<std::string> names;
    std::string known;
    for (const SchedulerEntry& entry : SchedulerEntries())
    {
        if (entry.name == name)
        {
            return entry;
        }
        names.push_back(entry.name);
        known += (known.empty() ? "" : ", ") + entry.name;
    }
    const std::string closest = ClosestMatch(name, names);
    throw ParameterError("scheduler",
                         "unknown scheduler \"" + name + "\"",
                         closest.empty() ? "known: " + known : "did you mean \"" + closest + "\"?");
}

} // namespace echelon
