// SPDX-License-Identifier: GPL-2.0-only

// Runs the ns-3 TestSuites of all modules linked with it:
//     ns3-test-runner --list
//     ns3-test-runner --suite=packet-network --verbose

#include "ns3/test.h"

int
main(int argc, char* argv[])
{
    return ns3::TestRunner::Run(argc, argv);
}
