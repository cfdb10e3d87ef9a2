// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The command line: options in, exit code out.
 *
 *     int main(int argc, char** argv) { return echelon::RunCommandLine(argc, argv); }
 */
#pragma once

namespace echelon
{

/// @returns the exit code; @see exit-codes.h. Errors become one line on stderr.
int RunCommandLine(int argc, char** argv);

} // namespace echelon
