// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Parses strict JSON: what nlohmann's parser accepts, without what would hide a mistake or cost too
 * much.
 *
 *     Json value = ParseJson(text, "scenario.json");
 *
 * Besides syntax errors (with line and column) it refuses: keys given twice in one object, nesting
 * deeper than MAX_JSON_DEPTH, numbers that a double cannot hold, text that is not UTF-8, and an
 * empty file. O(length of the text). Errors: InputError.
 */
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace echelon
{

using Json = nlohmann::json;

/// Deepest nesting of arrays and objects in one file.
inline constexpr std::size_t MAX_JSON_DEPTH = 32;

/// Bytes that the values of one file may take; several times its size.
inline constexpr double MAX_JSON_MEMORY = 2e9;

/// @param file names the text in errors.
Json ParseJson(std::string_view text, const std::string& file);

/// One token of a JSON pointer, escaped: "~" becomes "~0" and "/" becomes "~1" (RFC 6901).
std::string EscapePointerToken(std::string_view token);

/// The tokens of a JSON pointer, unescaped. @throws std::invalid_argument if it is no pointer; the
/// text says why.
std::vector<std::string> SplitPointer(std::string_view pointer);

} // namespace echelon
