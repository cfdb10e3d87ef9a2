// SPDX-License-Identifier: GPL-2.0-only
#include "results/result-folder.h"

#include "input/json-parser.h"
#include "input/text-buffer.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace echelon
{

namespace fs = std::filesystem;

constexpr std::size_t RUN_ID_LENGTH = 12;
constexpr std::size_t RANDOM_LENGTH = 6; // what mkdtemp fills in

/// Whether a folder may be one that MakeWork has made: .<run id>-<random>.
static bool
IsWorkName(const std::string& name)
{
    const auto isHex = [](unsigned char c) { return std::isxdigit(c) != 0; };
    const auto isPlain = [](unsigned char c) { return std::isalnum(c) != 0; };
    return name.size() == 1 + RUN_ID_LENGTH + 1 + RANDOM_LENGTH && name.front() == '.' &&
           name[1 + RUN_ID_LENGTH] == '-' &&
           std::all_of(name.begin() + 1, name.begin() + 1 + RUN_ID_LENGTH, isHex) &&
           std::all_of(name.end() - RANDOM_LENGTH, name.end(), isPlain);
}

static int
OpenFolder(const std::string& path)
{
    return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/// Removes the work folders of processes that are gone.
static void
RemoveAbandoned(const std::string& parent)
{
    std::vector<std::string> found;
    std::error_code ignored;
    for (fs::directory_iterator it(parent, ignored), end; !ignored && it != end;
         it.increment(ignored))
    {
        if (IsWorkName(it->path().filename().string()))
        {
            found.push_back(it->path().string());
        }
    }
    for (const std::string& path : found)
    {
        const int handle = OpenFolder(path);
        if (handle >= 0 && ::flock(handle, LOCK_EX | LOCK_NB) == 0)
        {
            fs::remove_all(path, ignored);
        }
        if (handle >= 0)
        {
            ::close(handle);
        }
    }
}

/// Takes the lock of a folder just made. @returns its handle; -1 when another process has taken the
/// folder for abandoned before.
static int
LockNewFolder(const std::string& path)
{
    const int handle = OpenFolder(path);
    struct stat status = {};
    if (handle >= 0 && (::flock(handle, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) &&
        ::fstat(handle, &status) == 0 && status.st_nlink > 0)
    {
        return handle; // on a file system without locks nobody else gets one either
    }
    if (handle >= 0)
    {
        ::close(handle);
    }
    return -1;
}

std::string
RunIdOf(const std::string& hash)
{
    return hash.substr(0, RUN_ID_LENGTH);
}

ResultFolder::ResultFolder(const std::string& out, const std::string& name, const std::string& hash)
    : m_hash(hash)
{
    const std::string parent = (fs::path(out) / name).string();
    const std::string runId = RunIdOf(hash);
    m_final = (fs::path(parent) / runId).string();
    RequireOwn();
    MakeParents(out, parent);
    RemoveAbandoned(parent);
    MakeWork(parent, runId);
}

void
ResultFolder::RequireOwn() const
{
    std::ifstream file(m_final + "/manifest.json");
    const Json manifest = file ? Json::parse(file, nullptr, false) : Json();
    if (manifest.is_object() && manifest.contains("run_hash") && manifest["run_hash"] != m_hash)
    {
        throw OutputError(m_final +
                          " holds results of another run whose hash begins with the same digits; "
                          "move it away, or choose another --out");
    }
}

void
ResultFolder::MakeParents(const std::string& out, const std::string& parent)
{
    fs::path made;
    for (const fs::path& part : fs::path(parent))
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
}

void
ResultFolder::MakeWork(const std::string& parent, const std::string& runId)
{
    for (int tries = 0; m_lock < 0; ++tries)
    {
        m_work = (fs::path(parent) / ("." + runId + "-XXXXXX")).string();
        if (::mkdtemp(m_work.data()) == nullptr || tries == 100)
        {
            const int error = errno;
            RemoveParents();
            throw OutputError(parent + ": cannot be written into: " + std::strerror(error));
        }
        m_lock = LockNewFolder(m_work);
    }
    // mkdtemp makes folders for their owner only; results are as open as the user's other folders.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::chmod(m_work.c_str(), 0777 & ~mask);
}

ResultFolder::~ResultFolder()
{
    if (!m_published)
    {
        std::error_code ignored;
        fs::remove_all(m_work, ignored);
        RemoveParents();
    }
    ::close(m_lock);
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
    RequireOwn();
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
