// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Where the loader's files come from: the file system, or memory (tests, fuzzing).
 *
 *     FileSource disk = DiskFiles();
 *     std::string text = disk("scenarios/quickstart/quickstart.json");
 *
 * Errors: FileError says why a file cannot be read, without its name. Files are limited to
 * MAX_FILE_BYTES.
 */
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>

namespace echelon
{

/// Largest file that is read.
inline constexpr std::size_t MAX_FILE_BYTES = std::size_t{256} << 20;

/// A file that cannot be read.
class FileError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

/// The content of the file at a path. @throws FileError.
using FileSource = std::function<std::string(const std::string& path)>;

/// Regular files, pipes and standard input (as /dev/stdin).
FileSource DiskFiles();

/// Files held in memory, by path.
FileSource MemoryFiles(std::map<std::string, std::string> files);

} // namespace echelon
