// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/control-loader.h"

namespace echelon
{

namespace
{

/// A report that is lost more often than this would hardly ever arrive.
constexpr double MOST_LOSS = 0.99;

std::string
TimeText(Time time)
{
    return std::to_string(time.Picoseconds()) + "ps";
}

} // namespace

/// Longer ones would add up to more than the clock can hold.
const Time LONGEST = Time::FromSeconds(1);

ControlPlane
LoadControl(const std::optional<JsonNode>& node, std::uint64_t seed)
{
    ControlPlane control;
    control.seed = seed;
    if (!node)
    {
        return control;
    }
    const JsonNode object = node->Object();
    object.AllowKeys({"minimum_interval",
                      "report_delay",
                      "report_loss",
                      "report_timeout",
                      "coordinator_lost",
                      "coordinator_back",
                      "keep_decisions"});
    const auto readTime = [&object](const char* key, Time& time) {
        if (const auto value = object.Find(key))
        {
            time = value->Duration();
            if (time > LONGEST)
            {
                value->Fail("longer than 1 s", "control planes work in micro- to milliseconds");
            }
        }
    };
    readTime("minimum_interval", control.minimumInterval);
    readTime("report_delay", control.reportDelay);
    readTime("report_timeout", control.reportTimeout);
    if (control.reportTimeout == Time())
    {
        object.FailAt("report_timeout",
                      "a lost report is sent again later, not at once",
                      "give it a time above 0");
    }
    if (const auto loss = object.Find("report_loss"))
    {
        control.reportLoss = loss->Number(0, MOST_LOSS);
    }
    if (const auto lost = object.Find("coordinator_lost"))
    {
        control.lostAt = lost->Duration();
    }
    if (const auto back = object.Find("coordinator_back"))
    {
        control.backAt = back->Duration();
        if (!control.lostAt)
        {
            back->Fail("the coordinator was not lost", "add \"coordinator_lost\", or leave it out");
        }
        if (*control.backAt <= *control.lostAt)
        {
            back->Fail("the coordinator is back before it is lost",
                       "choose a time after \"coordinator_lost\"");
        }
    }
    if (const auto keep = object.Find("keep_decisions"))
    {
        control.keepDecisions = keep->Boolean();
    }
    return control;
}

Json
ControlToJson(const ControlPlane& control)
{
    Json object{{"minimum_interval", TimeText(control.minimumInterval)},
                {"report_delay", TimeText(control.reportDelay)},
                {"report_loss", control.reportLoss},
                {"report_timeout", TimeText(control.reportTimeout)},
                {"keep_decisions", control.keepDecisions}};
    if (control.lostAt)
    {
        object["coordinator_lost"] = TimeText(*control.lostAt);
    }
    if (control.backAt)
    {
        object["coordinator_back"] = TimeText(*control.backAt);
    }
    return object;
}

} // namespace echelon
