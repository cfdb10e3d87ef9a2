// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/overrides.h"

#include "input/input-error.h"
#include "support/printable.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace echelon
{

static Json
ValueOf(const std::string& text)
{
    try
    {
        return ParseJson(text, "--set");
    }
    catch (const InputError&)
    {
        return text;
    }
}

/// The entry of an array that a token names; its size for "-".
static std::size_t
IndexOf(const JsonNode& array, const std::string& token, const std::string& pointer)
{
    const std::size_t size = array.Value().size();
    if (token == "-")
    {
        return size;
    }
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    const bool isPadded = token.size() > 1 && token[0] == '0';
    if (error != std::errc() || end != token.data() + token.size() || index > size || isPadded)
    {
        throw InputError("--set",
                         pointer,
                         "the array at \"" + array.Pointer() + "\" has no entry \"" + token + "\"",
                         fmt::format("it has {}; \"-\" appends", size));
    }
    return index;
}

std::string
OverriddenPointer(const std::string& assignment)
{
    const std::size_t equals = assignment.find('=');
    if (!IsUtf8(assignment))
    {
        throw InputError("--set",
                         "",
                         "\"" + assignment + "\" is not UTF-8",
                         "the scenario is a JSON text, which is UTF-8");
    }
    if (equals == std::string::npos || assignment[0] != '/')
    {
        throw InputError("--set",
                         "",
                         "\"" + assignment + "\" is not /json/pointer=VALUE",
                         "for example --set /topology/spines=8");
    }
    return assignment.substr(0, equals);
}

void
ApplyOverride(JsonDocument& document, const std::string& assignment)
{
    const std::string pointer = OverriddenPointer(assignment);
    std::vector<std::string> tokens;
    try
    {
        tokens = SplitPointer(pointer);
    }
    catch (const std::invalid_argument& error)
    {
        throw InputError("--set", pointer, error.what(), "see RFC 6901");
    }
    if (tokens.size() >= MAX_JSON_DEPTH)
    {
        throw InputError("--set",
                         pointer,
                         "the pointer is too deep",
                         "no input of Echelon needs that");
    }
    JsonNode node = document.Root().Object();
    for (std::size_t i = 0; i < tokens.size(); ++i)
    {
        if (node.IsText())
        {
            node = node.Object(); // the pointer goes on inside the file that the text names
        }
        Json& value = node.Mutable();
        if (value.is_array())
        {
            const std::size_t index = IndexOf(node, tokens[i], pointer);
            if (index == value.size())
            {
                value.push_back(Json::object());
            }
            node = node.Item(index);
        }
        else if (value.is_object())
        {
            if (!value.contains(tokens[i]))
            {
                value[tokens[i]] = Json::object();
            }
            node = node.At(tokens[i]);
        }
        else
        {
            throw InputError("--set",
                             pointer,
                             "\"" + node.Pointer() + "\" is neither an object nor an array",
                             "nothing can be set inside it");
        }
    }
    node.Replace(ValueOf(assignment.substr(pointer.size() + 1)));
}

} // namespace echelon
