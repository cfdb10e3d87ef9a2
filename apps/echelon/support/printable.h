// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Text from inputs, made safe for a terminal and for one line of a table.
 *
 *     Printable("a\x1b[31mb");        // "a\u001b[31mb", spelt out
 *     IsUtf8(argument);               // before it goes into a JSON document
 *     TextWidth("é");                 // 1
 *
 * Names and labels may hold any character that JSON can. Control codes move the cursor or change
 * colours, and bidirectional marks turn the rest of the line around, so both are shown by their
 * number. O(length).
 */
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace echelon
{

/// Control codes (C0, DEL, C1), line separators and bidirectional marks become "\u001b", bytes that
/// are not UTF-8 "?", and what is longer than a screen is cut.
std::string Printable(std::string_view text);

/// Whether it is well-formed UTF-8 (RFC 3629): no surrogates, nothing longer than needed.
bool IsUtf8(std::string_view text);

/// Characters of UTF-8 text: columns, where none is wide or combining.
std::size_t TextWidth(std::string_view text);

/// The text, or its first characters and "~", in at most `width` columns.
std::string Shortened(const std::string& text, std::size_t width);

} // namespace echelon
