// SPDX-License-Identifier: GPL-2.0-only
#include "support/signals.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace echelon
{
namespace
{

namespace fs = std::filesystem;

std::string
NewFile(const std::string& name)
{
    const std::string path = (fs::path(testing::TempDir()) / name).string();
    std::ofstream(path) << "half done";
    return path;
}

// A signal while the object lives ends the process with 75 and removes the file; so does a pipe
// that nobody reads.
TEST(RemovedOnInterrupt, SignalsRemoveTheFile)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    {
        const std::string path = NewFile("removed-" + std::to_string(number));
        EXPECT_EXIT(
            {
                std::signal(number, SIG_DFL); // a shell may have its background jobs ignore it
                ExitOnInterrupt();
                const RemovedOnInterrupt removed(path);
                std::raise(number);
            },
            testing::ExitedWithCode(EXIT_INTERRUPTED),
            "");
        EXPECT_FALSE(fs::exists(path)) << number;
    }
}

// Afterwards a signal still ends the process, and the file is another's.
TEST(RemovedOnInterrupt, FilesOfObjectsThatEndedStay)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const std::string path = NewFile("kept");
    EXPECT_EXIT(
        {
            ExitOnInterrupt();
            {
                const RemovedOnInterrupt removed(path);
            }
            std::raise(SIGTERM);
        },
        testing::ExitedWithCode(EXIT_INTERRUPTED),
        "");
    EXPECT_TRUE(fs::exists(path));
    fs::remove(path);
}

} // namespace
} // namespace echelon
