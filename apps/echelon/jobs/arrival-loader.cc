// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/arrival-loader.h"

#include "base/random.h"
#include "input/field-table.h"
#include "jobs/load-budget.h"

#include <algorithm>
#include <fmt/format.h>

namespace echelon
{

constexpr double LATEST_SECONDS = 1e6;

const std::vector<Field> ARRIVALS{
    {"process",
     OneOf({"poisson", "trace"}),
     "`\"poisson\"`: exponential intervals, drawn from the scenario's seed; `\"trace\"`: at given "
     "times. Both count from the job's `arrival`",
     REQUIRED},
    {"places",
     Whole(1, MAX_JOBS),
     "how many of the jobs may run at once; if it is left out, as many as there is room for"}};

const FieldTable POISSON{"poisson",
                         "Jobs that arrive at random.",
                         {{"mean_interval", A_TIME, "mean of the intervals, above 0", REQUIRED},
                          {"count", Whole(1, MAX_JOBS), "number of jobs", REQUIRED}},
                         ARRIVALS};

const FieldTable TRACE{
    "trace",
    "Jobs that arrive at given times.",
    {{"times", ListOf("time", 1, MAX_JOBS), "a job arrives at each of them", REQUIRED}},
    ARRIVALS};

static std::vector<Time>
LoadPoisson(const Fields& node, const std::string& name, Time begin, std::uint64_t seed)
{
    const JsonNode interval = node.At("mean_interval");
    const Time mean = interval.Duration();
    if (mean == Time())
    {
        interval.Fail("the mean interval is 0", "use \"trace\" for jobs that come together");
    }
    const auto count = node.Get<std::int64_t>("count");
    RandomStream stream(seed, "arrivals/" + name);
    std::vector<Time> times;
    double now = begin.Seconds();
    for (std::int64_t i = 0; i < count; ++i)
    {
        now += stream.Exponential(mean.Seconds());
        if (now > LATEST_SECONDS)
        {
            interval.Fail("the last job would come after 10^6 s", "shorten it, or use fewer jobs");
        }
        times.push_back(Time::FromSeconds(now));
    }
    return times;
}

static std::vector<Time>
LoadTrace(const JsonNode& node, Time begin)
{
    std::vector<Time> times;
    for (const JsonNode& item : node.At("times").Items(MAX_JOBS))
    {
        times.push_back(begin + item.Duration());
    }
    if (times.empty())
    {
        node.FailAt("times", "there are no times", "a job arrives at each");
    }
    std::sort(times.begin(), times.end());
    return times;
}

std::optional<Arrivals>
LoadArrivals(const JsonNode& job, const std::string& name, Time begin, std::uint64_t seed)
{
    const auto given = job.Find("arrivals");
    if (!given)
    {
        return std::nullopt;
    }
    const JsonNode node = given->Object();
    const bool isPoisson = node.At("process").Choice({"poisson", "trace"}) == "poisson";
    const Fields fields(node, isPoisson ? POISSON : TRACE);
    Arrivals arrivals;
    arrivals.times = isPoisson ? LoadPoisson(fields, name, begin, seed) : LoadTrace(fields, begin);
    fields.Read("places", arrivals.places);
    return arrivals;
}

std::string
NumberedName(const std::string& name, std::size_t i, std::size_t n)
{
    const std::size_t digits = std::to_string(n - 1).size();
    const std::string number = std::to_string(i);
    return name + "-" + std::string(digits - number.size(), '0') + number;
}

void
ResolveArrivals(const JsonNode& job, const Arrivals& arrivals, std::size_t places)
{
    Json times = Json::array();
    for (const Time time : arrivals.times)
    {
        times.push_back(fmt::format("{}ps", time.Picoseconds()));
    }
    job.Mutable()["arrival"] = "0s";
    job.Mutable()["arrivals"] = {
        {"process", "trace"},
        {"times", std::move(times)},
        {"places", places},
    };
}

} // namespace echelon
