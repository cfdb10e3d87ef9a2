// SPDX-License-Identifier: GPL-2.0-only
#include "command-line.h"

int
main(int argc, char** argv)
{
    return echelon::RunCommandLine(argc, argv);
}
