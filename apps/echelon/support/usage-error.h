// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * An option that does not fit: reported in one line, exit code 64.
 *
 *     throw UsageError("--gap: must be at least 0 and below 1");
 */
#pragma once

#include <stdexcept>

namespace echelon
{

class UsageError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

} // namespace echelon
