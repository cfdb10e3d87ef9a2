// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One line on a terminal that says how far the runs are. It is silent for the first second, and if
 * stderr is no terminal.
 *
 *     ProgressLine line({"fair", "echelon"});
 *     line.Show({1.0, 0.42});      // running: echelon 42 %, 1 of 2 done
 *     line.Clear();                // before anything else is printed
 */
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace echelon
{

class ProgressLine
{
  public:
    /// @param enabled false: stays silent.
    ProgressLine(std::vector<std::string> labels, bool enabled);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// @param parts of each task done, negative before it starts.
    void Show(const std::vector<double>& parts);
    void Clear();

  private:
    std::vector<std::string> m_labels;
    bool m_enabled;
    bool m_shown = false;
    std::chrono::steady_clock::time_point m_start;
};

} // namespace echelon
