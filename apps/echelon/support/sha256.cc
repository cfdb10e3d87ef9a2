// SPDX-License-Identifier: GPL-2.0-only
#include "support/sha256.h"

#include <sha2.h>
#include <sys/types.h>

namespace echelon
{

std::string
Sha256(std::string_view text)
{
    std::string digits(SHA256_DIGEST_STRING_LENGTH, '\0');
    SHA256Data(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digits.data());
    digits.pop_back(); // the 0 that ends a C string
    return digits;
}

} // namespace echelon
