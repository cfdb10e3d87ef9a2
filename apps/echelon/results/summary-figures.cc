// SPDX-License-Identifier: GPL-2.0-only
#include "results/summary-figures.h"

#include "input/input-error.h"
#include "input/json-document.h"
#include "results/summary-document.h"
#include "sched/scheduler-registry.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace echelon
{

namespace
{

/// What the entries of a list are called, how many there are, and their names if they have any.
struct List
{
    const char* entry;
    std::size_t size;
    std::vector<std::string> names;
};

/// An entry of "runs". Jobs are alike in their keys, so one stands for all, with one iteration.
OrderedJson
RunShape(const Scenario& scenario, const SchedulerChoice& choice)
{
    RunSummary summary;
    summary.jobs.resize(1);
    summary.jobs[0].iterationTimes.resize(1);
    OrderedJson run = SummaryToJson(summary, scenario, choice);
    if (std::any_of(scenario.jobs.begin(), scenario.jobs.end(), [](const Job& job) {
            return job.model.has_value();
        }))
    {
        run["jobs"][0]["parameters"] = 0; // the name of the model is no figure
    }
    return run;
}

/// An entry of "engine".
OrderedJson
EngineShape(const Scenario& scenario, const SchedulerChoice& choice)
{
    RunOutcome outcome;
    const auto scheduler = SchedulerEntryOf(choice.name).make(choice.parameters);
    const auto jobs = static_cast<std::uint32_t>(scenario.jobs.size());
    outcome.preparation.costs.resize(scheduler->Policies(jobs).size());
    return EngineToJson(outcome, choice);
}

std::vector<std::string>
KeysOf(const OrderedJson& object)
{
    std::vector<std::string> keys;
    for (const auto& item : object.items())
    {
        keys.push_back(item.key());
    }
    return keys;
}

/// Follows an expectation's pointer through the summary that is yet to be written.
class FigureFinder
{
  public:
    FigureFinder(const Expectation& expectation, const Scenario& scenario)
        : m_expectation(expectation),
          m_scenario(scenario),
          m_schedulers{"scheduler", scenario.schedulers.size(), {}},
          m_jobs{"job", scenario.jobs.size(), {}}
    {
        for (const SchedulerChoice& choice : scenario.schedulers)
        {
            m_schedulers.names.push_back(choice.label);
        }
        for (const Job& job : scenario.jobs)
        {
            m_jobs.names.push_back(job.name);
        }
    }

    /// @pre the pointer has at least two steps, the first "runs" or "engine".
    void Require() const
    {
        const std::vector<std::string> tokens = SplitPointer(m_expectation.pointer);
        const std::size_t run = IndexOf(tokens[1], m_schedulers);
        const SchedulerChoice& choice = m_scenario.schedulers[run];
        const OrderedJson shape =
            tokens[0] == "engine" ? EngineShape(m_scenario, choice) : RunShape(m_scenario, choice);
        const OrderedJson* at = &shape;
        std::string above = "/" + tokens[0] + "/" + tokens[1];
        const Job* job = nullptr;
        for (std::size_t i = 2; i < tokens.size(); ++i)
        {
            const std::string& token = tokens[i];
            if (at->is_object())
            {
                if (!at->contains(token))
                {
                    Fail("\"" + above + "\" has no \"" + token + "\"",
                         SuggestionFor(token, KeysOf(*at)));
                }
                at = &(*at)[token];
            }
            else if (!at->is_array())
            {
                Fail("\"" + above + "\" has nothing inside it", "leave out \"" + token + "\"");
            }
            else if (tokens[i - 1] == "jobs")
            {
                job = &m_scenario.jobs[IndexOf(token, m_jobs)];
                at = &at->front();
            }
            else if (job != nullptr)
            {
                IndexOf(token, {"iteration", job->iterations, {}});
                at = &at->front();
            }
            else
            {
                at = &(*at)[IndexOf(token, {"cost", at->size(), {}})];
            }
            above += "/" + token;
        }
        if (at->is_object())
        {
            Fail("\"" + above + "\" is no single figure",
                 "go on to one of: " + Quoted(KeysOf(*at)));
        }
        if (!at->is_number())
        {
            Fail("\"" + above + "\" is no number",
                 at->is_array() ? "go on to an entry of the list" : "only numbers can be expected");
        }
    }

  private:
    [[noreturn]] void Fail(const std::string& problem, const std::string& hint) const
    {
        throw InputError(m_expectation.file, m_expectation.place, problem, hint);
    }

    std::size_t IndexOf(const std::string& token, const List& list) const
    {
        const std::string range = list.size == 1
                                      ? "0 is the only one"
                                      : fmt::format("from 0 to {} is possible", list.size - 1);
        std::size_t index = 0;
        const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
        if (error == std::errc() && end == token.data() + token.size())
        {
            if (index >= list.size)
            {
                Fail(std::string("there is no ") + list.entry + " " + token, range);
            }
            return index;
        }
        const auto it = std::find(list.names.begin(), list.names.end(), token);
        if (it == list.names.end())
        {
            Fail(std::string("there is no ") + list.entry + " \"" + token + "\"",
                 list.names.empty() ? range : SuggestionFor(token, list.names));
        }
        return static_cast<std::size_t>(it - list.names.begin());
    }

    const Expectation& m_expectation;
    const Scenario& m_scenario;
    List m_schedulers;
    List m_jobs;
};

} // namespace

void
RequireFigures(const Scenario& scenario)
{
    if (!scenario.checkExpectations)
    {
        return;
    }
    for (const Expectation& expectation : scenario.expectations)
    {
        FigureFinder(expectation, scenario).Require();
    }
}

} // namespace echelon
