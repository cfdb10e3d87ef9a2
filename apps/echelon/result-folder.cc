// SPDX-License-Identifier: GPL-2.0-only
#include "result-folder.h"

#include "text-buffer.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace echelon
{

namespace fs = std::filesystem;

ResultFolder::ResultFolder(const std::string& out,
                           const std::string& name,
                           const std::string& runId)
{
    const fs::path parent = fs::path(out) / name;
    m_final = (parent / runId).string();
    fs::path made;
    for (const fs::path& part : parent)
    {
        made /= part;
        if (::mkdir(made.c_str(), 0777) == 0)
        {
            m_made.push_back(made.string());
        }
        else if (errno != EEXIST)
        {
            const int error = errno;
            RemoveParents();
            throw OutputError(out + ": cannot make the folder " + made.string() + ": " +
                              std::strerror(error));
        }
    }
    std::string work = (parent / ("." + runId + "-XXXXXX")).string();
    if (::mkdtemp(work.data()) == nullptr)
    {
        const int error = errno;
        RemoveParents();
        throw OutputError(out + ": cannot write into " + parent.string() + ": " +
                          std::strerror(error));
    }
    ::chmod(work.c_str(), 0755); // mkdtemp makes folders for their owner only
    m_work = work;
}

ResultFolder::~ResultFolder()
{
    if (!m_published)
    {
        std::error_code ignored;
        fs::remove_all(m_work, ignored);
        RemoveParents();
    }
}

void
ResultFolder::RemoveParents()
{
    for (auto it = m_made.rbegin(); it != m_made.rend(); ++it)
    {
        ::rmdir(it->c_str()); // fails when another run has put something there
    }
}

void
ResultFolder::Publish()
{
    std::error_code error;
    if (::rename(m_work.c_str(), m_final.c_str()) == 0)
    {
        m_published = true;
        return;
    }
    if (errno != EEXIST && errno != ENOTEMPTY)
    {
        throw OutputError(m_final + ": cannot be put in place: " + std::strerror(errno));
    }
    if (::renameat2(AT_FDCWD, m_work.c_str(), AT_FDCWD, m_final.c_str(), RENAME_EXCHANGE) != 0)
    {
        // File systems without exchange: a moment without results, never a mixture.
        fs::remove_all(m_final, error);
        if (::rename(m_work.c_str(), m_final.c_str()) != 0)
        {
            throw OutputError(m_final + ": cannot be replaced: " + std::strerror(errno));
        }
    }
    m_published = true;
    fs::remove_all(m_work, error);
}

} // namespace echelon
