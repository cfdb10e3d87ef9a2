// SPDX-License-Identifier: GPL-2.0-only
#include "event-failure.h"

namespace ns3
{

EventFailure* EventFailure::s_current = nullptr;

} // namespace ns3
