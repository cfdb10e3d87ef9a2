// SPDX-License-Identifier: GPL-2.0-only
#include "input/file-source.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace echelon
{

static std::string
ReadFromDisk(const std::string& path)
{
    if (path.find('\0') != std::string::npos)
    {
        throw FileError("a file name holds no zero byte");
    }
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
    {
        throw FileError("it is a directory, not a file");
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file)
    {
        throw FileError(errno == ENOENT ? "no such file" : std::strerror(errno));
    }
    // In pieces, because pipes and devices do not tell their size.
    std::string text;
    std::vector<char> piece(1 << 16);
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    {
        text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
        if (text.size() > MAX_FILE_BYTES)
        {
            throw FileError("the file is larger than 256 MiB");
        }
    }
    if (file.bad())
    {
        throw FileError("cannot be read to its end");
    }
    return text;
}

FileSource
DiskFiles()
{
    return ReadFromDisk;
}

FileSource
MemoryFiles(std::map<std::string, std::string> files)
{
    return [files = std::move(files)](const std::string& path) {
        const auto it = files.find(path);
        if (it == files.end())
        {
            throw FileError("no such file");
        }
        return it->second;
    };
}

} // namespace echelon
