// SPDX-License-Identifier: GPL-2.0-only
#include "commands/convert-command.h"

#include "input/file-source.h"
#include "input/input-error.h"
#include "input/text-buffer.h"
#include "jobs/coflow-workload.h"
#include "support/exit-codes.h"
#include "support/printable.h"
#include "support/signals.h"
#include "traces/coflow-benchmark.h"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

namespace echelon
{

namespace fs = std::filesystem;

static std::string
ReadInput(const std::string& path)
{
    try
    {
        return DiskFiles()(path);
    }
    catch (const FileError& error)
    {
        throw InputError(path, "", error.what(), "give the path of a trace");
    }
}

/// Beside the file itself, so that the rename stays on one file system.
static void
WriteWhole(const std::string& path, const CoflowTrace& trace, const std::string& description)
{
    if (path.empty())
    {
        throw OutputError("the output has no name");
    }
    if (fs::exists(path) && !fs::is_regular_file(path))
    {
        throw OutputError(path + " is there and is not a file");
    }
    const fs::path folder = fs::path(path).parent_path();
    if (!folder.empty() && !fs::is_directory(folder))
    {
        throw OutputError(path + " cannot be written: there is no folder " + folder.string());
    }
    const std::string draft = fmt::format("{}.part-{}", path, getpid());
    const RemovedOnInterrupt removed(draft);
    std::error_code error;
    try
    {
        WriteCoflows(draft, trace, description);
        fs::rename(draft, path, error);
    }
    catch (...)
    {
        fs::remove(draft, error);
        throw;
    }
    if (error)
    {
        std::error_code ignored;
        fs::remove(draft, ignored);
        throw OutputError(path + " cannot be written: " + error.message());
    }
}

int
ConvertCommand(const ConvertOptions& options)
{
    CoflowBenchmarkOptions format;
    format.first = options.first;
    format.megabyte = ParseBytes(options.megabyte);
    const CoflowBenchmark read =
        ParseCoflowBenchmark(options.input, ReadInput(options.input), format);
    std::error_code ignored;
    if (fs::equivalent(options.input, options.output, ignored))
    {
        throw OutputError(options.output + " is the input itself");
    }
    const std::string name = fs::path(options.input).filename().string();
    const std::size_t coflows = read.trace.coflows.size();
    WriteWhole(options.output,
               read.trace,
               fmt::format("the first {} coflows of {}, {} ports, a megabyte being {} bytes",
                           coflows,
                           Printable(name),
                           read.ports,
                           format.megabyte));
    double bytes = 0;
    for (const TracedCoflow& coflow : read.trace.coflows)
    {
        for (const CoflowReducer& reducer : coflow.reducers)
        {
            bytes += static_cast<double>(reducer.bytes);
        }
    }
    std::cout << Printable(options.output) << ": " << coflows << " coflows, "
              << static_cast<std::uint64_t>(PairsOf(read.trace)) << " flows, "
              << static_cast<std::uint64_t>(bytes) << " bytes, " << read.ports << " ports"
              << std::endl;
    return EXIT_DONE;
}

} // namespace echelon
