// SPDX-License-Identifier: GPL-2.0-only
#include "commands/comparison-table.h"

#include "base/units.h"
#include "support/printable.h"
#include "support/table-text.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace echelon
{

/// With more jobs than this, means over all take the place of a column for each.
constexpr std::size_t MOST_JOB_COLUMNS = 4;
constexpr std::size_t LONGEST_JOB_NAME = 18;

static double
Mean(const nlohmann::ordered_json& values)
{
    double sum = 0;
    for (const auto& value : values)
    {
        sum += value.get<double>();
    }
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// Times that read alike, at the tenth of a percent that is printed. @param least the lesser one.
static bool
SameTime(double least, double other)
{
    return other - least < 0.0005 * other || other == least;
}

ComparisonTable::ComparisonTable(std::ostream& out, const Scenario& scenario)
    : m_out(out),
      m_scenario(scenario),
      m_jobColumns(scenario.jobs.size() <= MOST_JOB_COLUMNS ? scenario.jobs.size() : 0)
{
}

void
ComparisonTable::Line(const std::vector<std::string>& cells)
{
    m_out << TableLine(cells, m_widths) << std::endl;
}

void
ComparisonTable::Head()
{
    const Topology::Shape& shape = m_scenario.topology.GetShape();
    m_out << m_scenario.name << ": " << m_scenario.jobs.size()
          << (m_scenario.jobs.size() == 1 ? " job on " : " jobs on ")
          << m_scenario.topology.Devices() << " GPUs in " << shape.hosts << " hosts, "
          << m_scenario.fabric.kind << " fabric, seed " << m_scenario.seed << "\n\n";
    std::vector<std::string> cells{"scheduler", "makespan"};
    for (std::size_t j = 0; j < m_jobColumns; ++j)
    {
        cells.push_back(m_jobColumns == 1 ? "iteration"
                                          : "it. " + Shortened(Printable(m_scenario.jobs[j].name),
                                                               LONGEST_JOB_NAME));
    }
    if (m_jobColumns == 0)
    {
        cells.emplace_back("mean iteration");
        cells.emplace_back("mean JCT");
    }
    for (const char* title :
         {"speed-up", "tardiness", "mean CCT", "p99 FCT", "busiest link", "wall"})
    {
        cells.emplace_back(title);
    }
    for (const std::string& cell : cells)
    {
        m_widths.push_back(std::max<std::size_t>(TextWidth(cell), 8));
    }
    for (const SchedulerChoice& choice : m_scenario.schedulers)
    {
        m_widths[0] = std::max(m_widths[0], TextWidth(Printable(choice.label)));
    }
    Line(cells);
}

void
ComparisonTable::Row(const nlohmann::ordered_json& run, const nlohmann::ordered_json& engine)
{
    const double makespan = run["makespan_s"].get<double>();
    m_results.push_back({Printable(run["scheduler"].get<std::string>()), makespan, {}});
    std::vector<std::string> cells{m_results.back().label, DurationText(makespan)};
    double sum = 0;
    for (const auto& job : run["jobs"])
    {
        const double mean = Mean(job["iteration_times_s"]);
        sum += mean;
        m_results.back().iterations.push_back(mean);
        if (m_jobColumns > 0)
        {
            cells.push_back(DurationText(mean));
        }
    }
    if (m_jobColumns == 0)
    {
        cells.push_back(DurationText(sum / static_cast<double>(m_scenario.jobs.size())));
        cells.push_back(DurationText(run["all_jobs"]["completion_mean_s"].get<double>()));
    }
    cells.push_back(makespan > 0 ? FixedText(m_results.front().makespan / makespan, 3, "") : "-");
    cells.push_back(DurationText(run["groups"]["tardiness_sum_s"].get<double>()));
    cells.push_back(DurationText(run["groups"]["cct_mean_s"].get<double>()));
    cells.push_back(DurationText(run["flows"]["fct_p99_s"].get<double>()));
    cells.push_back(FixedText(100 * run["links"]["utilisation_max"].get<double>(), 1, " %"));
    cells.push_back(FixedText(engine["wall_s"].get<double>(), 2, " s"));
    Line(cells);
}

void
ComparisonTable::Best()
{
    if (m_results.size() < 2)
    {
        return;
    }
    const auto less = [](const Result& a, const Result& b) { return a.makespan < b.makespan; };
    const double least = std::min_element(m_results.begin(), m_results.end(), less)->makespan;
    const Result& worst = *std::max_element(m_results.begin(), m_results.end(), less);
    m_out << '\n';
    if (SameTime(least, worst.makespan))
    {
        m_out << "best: all alike, makespans differ by less than 0.05 %" << std::endl;
        return;
    }
    std::vector<const Result*> best;
    for (const Result& result : m_results)
    {
        if (SameTime(least, result.makespan))
        {
            best.push_back(&result);
        }
    }
    std::string others;
    for (std::size_t i = 1; i < best.size(); ++i)
    {
        others += (i == 1 ? " (and " : ", ") + best[i]->label;
    }
    others += others.empty() ? "" : ")";
    const Result& first = m_results.front();
    const Result& reference = SameTime(least, first.makespan) ? worst : first;
    m_out << "best: " << best.front()->label << others << ", makespan "
          << FixedText(100 * (1 - best.front()->makespan / reference.makespan), 1, " %")
          << " below " << reference.label << LosersText(*best.front(), reference) << std::endl;
}

std::string
ComparisonTable::LosersText(const Result& best, const Result& reference) const
{
    std::size_t losers = 0;
    std::size_t worst = 0;
    double most = 1;
    for (std::size_t j = 0; j < best.iterations.size(); ++j)
    {
        const double before = reference.iterations[j];
        if (before == 0 || best.iterations[j] <= before || SameTime(before, best.iterations[j]))
        {
            continue;
        }
        ++losers;
        const double ratio = best.iterations[j] / before;
        worst = ratio > most ? j : worst;
        most = std::max(most, ratio);
    }
    if (losers == 0)
    {
        return "";
    }
    const std::string percent = FixedText(100 * (most - 1), 1, " %");
    const std::string name = Printable(m_scenario.jobs[worst].name);
    return losers == 1 ? "; but iterations of " + name + " take " + percent + " longer"
                       : fmt::format("; but iterations of {} of {} jobs take longer, of {} by {}",
                                     losers,
                                     best.iterations.size(),
                                     name,
                                     percent);
}

} // namespace echelon
