// SPDX-License-Identifier: GPL-2.0-only
#include "check-command.h"

#include "exit-codes.h"
#include "input-error.h"
#include "scenario-loader.h"

#include <iostream>

namespace echelon
{

int
CheckCommand(const std::vector<std::string>& files)
{
    int code = EXIT_DONE;
    for (const std::string& file : files)
    {
        try
        {
            const Scenario scenario = LoadScenario(file, DiskFiles());
            std::size_t tasks = 0;
            for (const Job& job : scenario.jobs)
            {
                tasks += job.graph.Tasks().size();
            }
            std::cout << Printable(file) << ": ok, " << scenario.jobs.size()
                      << (scenario.jobs.size() == 1 ? " job, " : " jobs, ")
                      << scenario.topology.Devices() << " GPUs, " << tasks
                      << " tasks per iteration, " << scenario.schedulers.size()
                      << (scenario.schedulers.size() == 1 ? " scheduler" : " schedulers")
                      << std::endl;
        }
        catch (const InputError& error)
        {
            std::cerr << error.what() << std::endl;
            code = EXIT_BAD_INPUT;
        }
    }
    return code;
}

} // namespace echelon
