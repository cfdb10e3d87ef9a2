// SPDX-License-Identifier: GPL-2.0-only
#include "commands/progress-line.h"

#include "support/printable.h"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

namespace echelon
{

ProgressLine::ProgressLine(std::vector<std::string> labels, bool enabled)
    : m_labels(std::move(labels)),
      m_enabled(enabled && isatty(STDERR_FILENO) != 0),
      m_start(std::chrono::steady_clock::now())
{
}

ProgressLine::~ProgressLine()
{
    Clear();
}

void
ProgressLine::Show(const std::vector<double>& parts)
{
    if (!m_enabled || std::chrono::steady_clock::now() - m_start < std::chrono::seconds(1))
    {
        return;
    }
    std::string running;
    for (std::size_t i = 0; i < parts.size(); ++i)
    {
        if (parts[i] >= 0 && parts[i] < 1)
        {
            running += fmt::format("{}{} {} %",
                                   (running.empty() ? "running: " : ", "),
                                   Printable(m_labels[i]),
                                   static_cast<int>(100 * parts[i]));
        }
    }
    const auto done = std::count(parts.begin(), parts.end(), 1.0);
    // One write, so that a terminal never shows half a line.
    std::cerr << fmt::format("\r\033[K{}{}{} of {} done",
                             running,
                             (running.empty() ? "" : "; "),
                             done,
                             parts.size())
              << std::flush;
    m_shown = true;
}

void
ProgressLine::Clear()
{
    if (m_shown)
    {
        std::cerr << "\r\033[K" << std::flush;
        m_shown = false;
    }
}

} // namespace echelon
