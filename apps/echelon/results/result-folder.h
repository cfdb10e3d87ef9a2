// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The folder of one run of the program: filled under a hidden name, and given its final name in one
 * step.
 *
 *     ResultFolder folder("results", "quickstart", hash); // results/quickstart/.<run id>-XXXXXX
 *     …write into folder.Path()…
 *     folder.Publish();                                   // results/quickstart/<run id>
 *
 * The run id is the first digits of the run's hash. A folder of the same name is exchanged for the
 * new one when its manifest.json has the same hash. If it has another one, the folder holds results
 * of another run, which are never replaced: OutputError. Without Publish the destructor removes
 * everything, the parents that the constructor made included.
 * A process that was killed leaves its hidden folder; the next one in the same place removes it. It
 * knows it by its lock (flock), which goes with the last process that writes into the folder.
 * Errors: OutputError, one line.
 */
#pragma once

#include <string>
#include <vector>

namespace echelon
{

/// The name of a run's folder: the first 12 digits of its hash.
std::string RunIdOf(const std::string& hash);

class ResultFolder
{
  public:
    /// @param hash of the run, in hexadecimal digits.
    ResultFolder(const std::string& out, const std::string& name, const std::string& hash);
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
    void RequireOwn() const;

    std::string m_hash;
    std::string m_final;
    std::string m_work;
    int m_lock = -1;                 ///< handle of the work folder
    std::vector<std::string> m_made; ///< parents made here, outermost first
    bool m_published = false;
};

} // namespace echelon
