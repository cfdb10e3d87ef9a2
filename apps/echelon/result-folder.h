// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The folder of one run of the program: filled under a hidden name, and given its final name in one
 * step.
 *
 *     ResultFolder folder("results", "quickstart", "1f0c…");   // makes
 * results/quickstart/.1f0c…-XXXXXX …write into folder.Path()… folder.Publish(); // now
 * results/quickstart/1f0c…
 *
 * A folder of the same name, from an equal earlier run, is exchanged for the new one. Without
 * Publish the destructor removes everything, the parents that the constructor made included.
 * Errors: OutputError, one line.
 */
#pragma once

#include <string>
#include <vector>

namespace echelon
{

class ResultFolder
{
  public:
    ResultFolder(const std::string& out, const std::string& name, const std::string& runId);
    ~ResultFolder();
    ResultFolder(const ResultFolder&) = delete;
    ResultFolder& operator=(const ResultFolder&) = delete;

    /// Where to write now.
    const std::string& Path() const
    {
        return m_work;
    }

    /// Where the results stand after Publish.
    const std::string& FinalPath() const
    {
        return m_final;
    }

    void Publish();

  private:
    void RemoveParents();

    std::string m_final;
    std::string m_work;
    std::vector<std::string> m_made; ///< parents made here, outermost first
    bool m_published = false;
};

} // namespace echelon
