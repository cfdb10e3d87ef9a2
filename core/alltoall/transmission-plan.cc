// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/transmission-plan.h"

#include "base/contracts.h"

namespace echelon
{

std::string_view
ToText(StartRule rule)
{
    switch (rule)
    {
    case StartRule::EXCLUSIVE:
        return "exclusive";
    case StartRule::SENDER_ORDER:
        return "sender-order";
    case StartRule::AT_ONCE:
        return "at-once";
    }
    throw ContractViolation("unknown start rule");
}

} // namespace echelon
