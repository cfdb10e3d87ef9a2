// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The table that a run prints. It has one row per scheduler, printed as soon as it is known, and a
 * last line that names the best.
 *
 *     ComparisonTable table(std::cout, scenario);
 *     table.Head();
 *     table.Row(summary["runs"][0], summary["engine"][0]);
 *     table.Best();
 */
#pragma once

#include "scenario/scenario.h"

#include <ostream>
#include <string>
#include <vector>

namespace echelon
{

class ComparisonTable
{
  public:
    ComparisonTable(std::ostream& out, const Scenario& scenario);

    void Head();
    /// @param run, engine entries of summary.json.
    void Row(const nlohmann::ordered_json& run, const nlohmann::ordered_json& engine);
    /// Prints nothing for a single scheduler.
    void Best();

  private:
    struct Result
    {
        std::string label;
        double makespan;
        std::vector<double> iterations; ///< mean iteration time of each job
    };

    void Line(const std::vector<std::string>& cells);
    /// What the best makespan costs jobs, "" if nothing: no job may lose unnoticed.
    std::string LosersText(const Result& best, const Result& reference) const;

    std::ostream& m_out;
    const Scenario& m_scenario;
    std::size_t m_jobColumns; ///< iteration times of this many jobs; 0: of all together
    std::vector<std::size_t> m_widths;
    std::vector<Result> m_results;
};

} // namespace echelon
