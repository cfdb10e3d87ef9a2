// SPDX-License-Identifier: GPL-2.0-only
#include "input/index-list.h"

#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace echelon
{

/// A number, or "first-last".
static std::pair<std::int64_t, std::int64_t>
LoadRange(const JsonNode& node, std::int64_t count, const std::string& noun)
{
    if (!node.IsText())
    {
        const std::int64_t index = node.Integer(0, count - 1);
        return {index, index};
    }
    const std::string& text = node.Text();
    const char* const end = text.data() + text.size();
    std::int64_t first = 0;
    std::int64_t last = 0;
    const auto [dash, error] = std::from_chars(text.data(), end, first);
    const bool hasDash = error == std::errc() && dash != end && *dash == '-';
    const auto [rest, error2] = std::from_chars(hasDash ? dash + 1 : end, end, last);
    if (!hasDash || error2 != std::errc() || rest != end || first < 0 || last < first)
    {
        node.Fail("\"" + text + "\" is not a range of " + noun + "s", R"(write for example "0-7")");
    }
    if (last >= count)
    {
        node.Fail("\"" + text + "\" leads past the last " + noun,
                  fmt::format("there are the {}s 0 to {}", noun, count - 1));
    }
    return {first, last};
}

std::vector<std::size_t>
LoadIndices(const JsonNode& list, std::size_t count, const std::string& noun)
{
    std::vector<bool> listed(count, false);
    std::vector<std::size_t> indices;
    for (const JsonNode& item : list.Items(count))
    {
        const auto [first, last] = LoadRange(item, static_cast<std::int64_t>(count), noun);
        for (auto index = static_cast<std::size_t>(first); index <= static_cast<std::size_t>(last);
             ++index)
        {
            if (listed[index])
            {
                item.Fail(fmt::format("{} {} is listed twice", noun, index),
                          "list each " + noun + " once");
            }
            listed[index] = true;
            indices.push_back(index);
        }
    }
    return indices;
}

} // namespace echelon
