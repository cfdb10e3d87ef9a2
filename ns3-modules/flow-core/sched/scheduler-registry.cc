// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scheduler-registry.h"

#include "sched/echelon-bssi.h"
#include "sched/echelon.h"
#include "sched/edf.h"
#include "sched/fair.h"
#include "sched/fifo.h"
#include "sched/rollout.h"
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

std::unique_ptr<Scheduler>
MakeRollout(const ParameterSet& parameters)
{
    return std::make_unique<RolloutScheduler>(parameters.GetText("objective") == "tardiness"
                                                  ? RolloutObjective::TARDINESS
                                                  : RolloutObjective::ITERATION_TIME);
}

/// Every scheduler can leave a part of each link to everybody; read by the caller, which puts
/// sched/starvation-guard.h around it.
std::vector<SchedulerEntry>
Guarded(std::vector<SchedulerEntry> entries)
{
    for (SchedulerEntry& entry : entries)
    {
        entry.parameters.push_back(
            {"fair_share",
             ParameterType::NUMBER,
             "0",
             "part of every link, below 1, that all flows share fairly: none starves"});
    }
    return entries;
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
    static const std::vector<SchedulerEntry> entries = Guarded({
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
        {"echelon-bssi",
         "EchelonFlows in Sincronia's order, generalised to tardiness and weights",
         {ControlDelay()},
         true,
         Make<EchelonBssiScheduler>},
        {"slack",
         "stages of EchelonFlows by the time they need and the slack of their iteration",
         {ControlDelay()},
         true,
         Make<SlackScheduler>},
        {"rollout",
         "the scheduler under which the jobs do best when run ahead of time on the fluid fabric",
         {ControlDelay(),
          {"objective",
           ParameterType::CHOICE,
           "iteration-time",
           "what the plan minimises, weighted by job or by EchelonFlow",
           {"iteration-time", "tardiness"}}},
         true,
         MakeRollout},
    });
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
