// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scheduler-registry.h"

#include "base/parameters.h"
#include "sched/bssi-order.h"
#include "sched/coflow-orders.h"
#include "sched/d-clas.h"
#include "sched/echelon-bssi.h"
#include "sched/echelon.h"
#include "sched/fair.h"
#include "sched/flow-orders.h"
#include "sched/las.h"
#include "sched/least-slack.h"
#include "sched/portfolio.h"

namespace echelon
{

static std::unique_ptr<Scheduler>
MakePortfolio(const ParameterSet& parameters)
{
    return std::make_unique<PortfolioScheduler>(parameters.GetText("objective") == "tardiness"
                                                    ? PortfolioObjective::TARDINESS
                                                    : PortfolioObjective::ITERATION_TIME);
}

static void
Require(bool holds, const char* parameter, const char* what, const char* hint)
{
    if (!holds)
    {
        throw ParameterError(parameter, what, hint);
    }
}

static std::unique_ptr<Scheduler>
MakeScf(const ParameterSet& parameters)
{
    return std::make_unique<ScfScheduler>(
        parameters.GetText("size") == "total" ? CoflowSize::TOTAL : CoflowSize::LONGEST);
}

static std::unique_ptr<Scheduler>
MakeDClas(const ParameterSet& parameters)
{
    const std::int64_t queues = parameters.GetInteger("queues");
    const Bytes firstLimit = parameters.GetBytes("first_limit");
    const double factor = parameters.GetNumber("factor");
    Require(queues >= 1 && queues <= 1000,
            "queues",
            "queues are not 1 to 1000",
            "the paper has 10");
    Require(firstLimit > 0, "first_limit", "the first limit is 0", "the paper has 10MB");
    Require(factor >= 1, "factor", "the factor is below 1", "the paper has 10");
    return std::make_unique<DClasScheduler>(DClasOptions{
        static_cast<std::uint32_t>(queues),
        8.0 * static_cast<double>(firstLimit),
        factor,
        parameters.GetText("across") == "strict" ? QueueSharing::STRICT : QueueSharing::WEIGHTED});
}

static std::unique_ptr<Scheduler>
MakeLas(const ParameterSet& parameters)
{
    const Time quantum = parameters.GetTime("quantum");
    Require(quantum > Time(), "quantum", "the quantum takes no time", "1us is a few packets");
    return std::make_unique<LasScheduler>(quantum);
}

template <class S>
static std::unique_ptr<Scheduler>
Make(const ParameterSet&)
{
    return std::make_unique<S>();
}

const std::vector<SchedulerEntry>&
SchedulerEntries()
{
    static const std::vector<SchedulerEntry> entries{
        {"fair",
         "per-flow max-min fairness (Bertsekas and Gallager 1992)",
         {},
         Make<FairScheduler>,
         false,
         false,
         true},
        {"fifo", "flows in order of release, each at full rate", {}, Make<FifoScheduler>, false},
        {"srpt", "flow with the least left to send first (Schrage 1968)", {}, Make<SrptScheduler>},
        {"edf",
         "flow with the earliest ideal finish time first (Jackson 1955)",
         {},
         Make<EdfScheduler>},
        {"las",
         "flows that have sent least first, without knowing sizes (Rai et al., SIGMETRICS 2003)",
         {{"quantum",
           ParameterType::TIME,
           "1us",
           "flows that differ by less than the fastest link sends in this time have sent the "
           "same"}},
         MakeLas,
         false,
         true},
        {"scf",
         "coflows by what they have left to send, MADD, backfill (Varys, SIGCOMM 2014)",
         {{"size",
           ParameterType::CHOICE,
           "total",
           "what counts: bits left of all flows, or of the longest flow",
           {"total", "longest"}}},
         MakeScf},
        {"ncf",
         "coflows by the smaller of senders and receivers, MADD, backfill (Varys, SIGCOMM 2014)",
         {},
         Make<NcfScheduler>},
        {"d-clas",
         "coflows in queues by what they have sent, without knowing sizes (Aalo, SIGCOMM 2015)",
         {{"queues", ParameterType::INTEGER, "10", "number of queues, 1 to 1000"},
          {"first_limit",
           ParameterType::BYTES,
           "10MB",
           "a coflow that has sent so much leaves the first queue"},
          {"factor", ParameterType::NUMBER, "10", "from one queue's limit to the next, at least 1"},
          {"across",
           ParameterType::CHOICE,
           "strict",
           "queue after queue, or shares of each link by weights K, K - 1, ... 1",
           {"strict", "weighted"}}},
         MakeDClas,
         false,
         true},
        {"bssi",
         "coflows in Sincronia's primal-dual order by weight, MADD, backfill (SIGCOMM 2018)",
         {},
         Make<BssiScheduler>},
        {"sebf",
         "coflows by smallest effective bottleneck, MADD, backfill (Varys, SIGCOMM 2014)",
         {},
         Make<SebfScheduler>},
        {"echelon",
         "EchelonFlows by the tardiness still to come, arrangement kept, backfill (HotNets 2022)",
         {},
         Make<EchelonScheduler>},
        {"echelon-paper",
         "EchelonFlows by their whole tardiness, the literal reading of HotNets 2022",
         {},
         Make<EchelonPaperScheduler>},
        {"echelon-bssi",
         "EchelonFlows in Sincronia's order, generalised to tardiness and weights",
         {},
         Make<EchelonBssiScheduler>},
        {"least-slack",
         "stages of EchelonFlows by the time they need and the slack of their iteration",
         {},
         Make<LeastSlackScheduler>},
        {"portfolio",
         "the scheduler under which the jobs do best when run ahead of time on the fluid fabric",
         {{"objective",
           ParameterType::CHOICE,
           "iteration-time",
           "what the plan minimises, weighted by job or by EchelonFlow",
           {"iteration-time", "tardiness"}}},
         MakePortfolio},
    };
    return entries;
}

const SchedulerEntry&
SchedulerEntryOf(const std::string& name)
{
    return EntryOf(SchedulerEntries(), name, "scheduler", "scheduler");
}

} // namespace echelon
