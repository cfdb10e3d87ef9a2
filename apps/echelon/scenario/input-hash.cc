// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/input-hash.h"

#include "support/sha256.h"

namespace echelon
{

std::string
HashOfInputs(const Scenario& scenario)
{
    Json asked = scenario.resolved;
    for (const char* description : {"name", "description", "expect"})
    {
        asked.erase(description);
    }
    return Sha256(asked.dump());
}

} // namespace echelon
