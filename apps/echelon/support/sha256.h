// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A hash of which nobody knows two texts that have it in common.
 *
 *     Sha256("abc"); // "ba7816bf…f20015ad", 64 hexadecimal digits
 *
 * Linear in the text. Source: FIPS 180-4, as libmd implements it.
 */
#pragma once

#include <string>
#include <string_view>

namespace echelon
{

std::string Sha256(std::string_view text);

} // namespace echelon
