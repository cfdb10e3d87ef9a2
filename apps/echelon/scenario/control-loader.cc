// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/control-loader.h"

#include "input/field-table.h"

namespace echelon
{

/// Longer delays would add up to more than the clock can hold.
constexpr double LONGEST_SECONDS = 1;
/// A report that is lost more often than this would hardly ever arrive.
constexpr double MOST_LOSS = 0.99;

/// What an entry of "schedulers" may set for itself.
const FieldTable DECISIONS{
    "decisions",
    "What becomes of decisions, whatever the scheduler.",
    {{"control_delay",
      TimeUpTo(LONGEST_SECONDS),
      "0s",
      "time from a change of the flows until the decision on it is in force"},
     {"fair_share",
      Real(0, 1),
      0,
      "part of every link, below 1, that all flows share fairly, so that none starves; `las` and "
      "`d-clas` refuse it"}}};

const FieldTable CONTROL{
    "control",
    "What stands between the agents at the hosts and the coordinator.",
    {{"minimum_interval",
      TimeUpTo(LONGEST_SECONDS),
      "0s",
      "least time between two decisions; all that changes in between is decided together"},
     {"report_delay",
      TimeUpTo(LONGEST_SECONDS),
      "0s",
      "time until the coordinator hears of an arrival or departure"},
     {"report_loss",
      Real(0, MOST_LOSS),
      0,
      "probability that a report is lost; drawn from the scenario's seed"},
     {"report_timeout",
      TimeUpTo(LONGEST_SECONDS),
      "1ms",
      "a lost report is sent again after this time, until it arrives"},
     {"coordinator_lost", A_TIME, "when an outage of the coordinator begins"},
     {"coordinator_back", A_TIME, "when the outage ends; without it the outage does not end"}},
    DECISIONS.List()};

const std::vector<std::string>&
ControlKeysOfSchedulers()
{
    return DECISIONS.Keys();
}

void
ReadControlOfScheduler(const JsonNode& object, ControlPlane& control)
{
    const Fields fields = Fields::Unchecked(object, DECISIONS);
    if (fields.Has("control_delay"))
    {
        fields.Read("control_delay", control.controlDelay);
    }
    if (fields.Has("fair_share"))
    {
        fields.Read("fair_share", control.fairShare);
        if (control.fairShare == 1)
        {
            fields.FailAt("fair_share",
                          "the part of a link is not below 1",
                          "0.1 leaves nine tenths to the scheduler");
        }
    }
}

ControlPlane
LoadControl(const JsonNode& root, std::uint64_t seed)
{
    const Fields fields(root.ObjectOrEmpty("control"), CONTROL);
    ControlPlane control;
    control.seed = seed;
    ReadControlOfScheduler(fields, control);
    fields.Read("minimum_interval", control.minimumInterval);
    fields.Read("report_delay", control.reportDelay);
    fields.Read("report_timeout", control.reportTimeout);
    if (control.reportTimeout == Time())
    {
        fields.FailAt("report_timeout",
                      "a lost report is sent again later, not at once",
                      "give it a time above 0");
    }
    fields.Read("report_loss", control.reportLoss);
    fields.Read("coordinator_lost", control.lostAt);
    fields.Read("coordinator_back", control.backAt);
    if (control.backAt && !control.lostAt)
    {
        fields.FailAt("coordinator_back",
                      "the coordinator was not lost",
                      "add \"coordinator_lost\", or leave it out");
    }
    if (control.backAt && *control.backAt <= *control.lostAt)
    {
        fields.FailAt("coordinator_back",
                      "the coordinator is back before it is lost",
                      "choose a time after \"coordinator_lost\"");
    }
    fields.FillIn();
    return control;
}

} // namespace echelon
