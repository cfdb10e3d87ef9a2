// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The folder of one run of the program: filled under a hidden name, and given its final name in one
 * step.
 *
 *     ResultFolder folder("results", "quickstart", runId); // results/quickstart/.<runId>-XXXXXX
 *     …write into folder.Path()…
 *     folder.Publish();                                    // results/quickstart/<runId>
 *
 * A folder of the same name, from an equal earlier run, is exchanged for the new one. Without
 * Publish the destructor removes everything, the parents that the constructor made included.
 * A process that was killed leaves its hidden folder; the next one in the same place removes it. It
 * knows it by its lock (flock), which goes with the last process that writes into the folder.
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
    void MakeParents(const std::string& out, const std::string& parent);
    void MakeWork(const std::string& parent, const std::string& runId);
    void RemoveParents();

    std::string m_final;
    std::string m_work;
    int m_lock = -1;                 ///< handle of the work folder
    std::vector<std::string> m_made; ///< parents made here, outermost first
    bool m_published = false;
};

} // namespace echelon
