// SPDX-License-Identifier: GPL-2.0-only
#include "commands/command-line.h"

int
main(int argc, char** argv)
{
    return echelon::RunCommandLine(argc, argv);
}
