// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The hash SHA-256 of a text. Nobody knows two texts with the same one.
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
