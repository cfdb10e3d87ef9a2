// SPDX-License-Identifier: GPL-2.0-only
#include "input/json-parser.h"

#include "base/units.h"
#include "input/input-error.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace echelon
{

namespace
{

/// Bytes that a document would take, without building it.
class MemoryCounter
{
  public:
    double Bytes() const
    {
        return m_bytes;
    }

    bool null()
    {
        return Add(0);
    }

    bool boolean(bool /*value*/)
    {
        return Add(0);
    }

    bool number_integer(Json::number_integer_t /*value*/)
    {
        return Add(0);
    }

    bool number_unsigned(Json::number_unsigned_t /*value*/)
    {
        return Add(0);
    }

    bool number_float(Json::number_float_t /*value*/, const std::string& /*text*/)
    {
        return Add(0);
    }

    bool string(const std::string& value)
    {
        return Add(static_cast<double>(sizeof value + value.size()));
    }

    bool binary(const Json::binary_t& /*value*/)
    {
        return false;
    }

    bool start_object(std::size_t /*size*/)
    {
        return Add(sizeof(Json::object_t));
    }

    bool key(const std::string& value)
    {
        // A node of a tree: four words beside key and value.
        m_bytes += static_cast<double>(4 * sizeof(void*) + sizeof value + value.size());
        return true;
    }

    bool end_object()
    {
        return true;
    }

    bool start_array(std::size_t /*size*/)
    {
        return Add(sizeof(Json::array_t));
    }

    bool end_array()
    {
        return true;
    }

    /// The builder reports it.
    bool parse_error(std::size_t /*position*/,
                     const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/)
    {
        return false;
    }

  private:
    bool Add(double bytes)
    {
        m_bytes += sizeof(Json) + bytes;
        return true;
    }

    double m_bytes = 0;
};

/// Small files are not worth the second pass: no text grows by a factor of a hundred.
void
RequireMemory(std::string_view text, const std::string& file)
{
    if (static_cast<double>(text.size()) * 100 <= MAX_JSON_MEMORY)
    {
        return;
    }
    MemoryCounter counter;
    Json::sax_parse(text.begin(), text.end(), &counter);
    if (counter.Bytes() > MAX_JSON_MEMORY)
    {
        throw InputError(file,
                         "",
                         "the file would take " + FormatBytes(counter.Bytes()) + " of memory",
                         "at most " + FormatBytes(MAX_JSON_MEMORY) +
                             "; let a workload of another kind stand for so many values");
    }
}

/// Builds the document and watches over what nlohmann's own builder lets pass.
class StrictBuilder
{
  public:
    StrictBuilder(std::string_view text, const std::string& file)
        : m_text(text),
          m_file(file)
    {
    }

    Json Take()
    {
        return std::move(m_root);
    }

    bool null()
    {
        return Put(nullptr);
    }

    bool boolean(bool value)
    {
        return Put(value);
    }

    bool number_integer(Json::number_integer_t value)
    {
        return Put(value);
    }

    bool number_unsigned(Json::number_unsigned_t value)
    {
        return Put(value);
    }

    bool number_float(Json::number_float_t value, const std::string&)
    {
        return Put(value);
    }

    bool string(std::string& value)
    {
        return Put(std::move(value));
    }

    bool binary(Json::binary_t&)
    {
        return false;
    }

    bool start_object(std::size_t)
    {
        return Open(Json::object());
    }

    bool start_array(std::size_t)
    {
        return Open(Json::array());
    }

    bool key(std::string& value)
    {
        if (m_open.back()->contains(value))
        {
            throw InputError(m_file,
                             Pointer() + "/" + EscapePointerToken(value),
                             "the key \"" + value + "\" is given twice in one object",
                             "keep one of them");
        }
        m_keys.back() = value;
        return true;
    }

    bool end_object()
    {
        return Close();
    }

    bool end_array()
    {
        return Close();
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e)
    {
        // nlohmann counts from 1 and the text may end before the error.
        const std::size_t end = std::min(position > 0 ? position - 1 : 0, m_text.size());
        const std::string_view before = m_text.substr(0, end);
        const std::size_t line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t newline = before.rfind('\n');
        const std::size_t column = end - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
        const std::string place = fmt::format("line {}, column {}: ", line, column);
        if (dynamic_cast<const Json::out_of_range*>(&e) != nullptr)
        {
            throw InputError(m_file,
                             "",
                             place + "the number is too large for a double",
                             "the largest is about 1.8e308");
        }
        throw InputError(m_file, "", place + "not valid JSON", Reason(e.what()));
    }

  private:
    /// nlohmann's message without its prefix and without the part that repeats the input.
    static std::string Reason(std::string message)
    {
        const std::size_t last = message.find("; last read");
        const std::size_t expected = message.find("; expected");
        const std::size_t dash = message.rfind(" - ", last);
        std::string reason = dash == std::string::npos ? message : message.substr(dash + 3);
        if (last != std::string::npos && dash != std::string::npos)
        {
            reason = message.substr(dash + 3, last - dash - 3);
            if (expected != std::string::npos && expected > last)
            {
                reason += message.substr(expected);
            }
        }
        return reason;
    }

    std::string Pointer() const
    {
        std::string pointer;
        for (std::size_t i = 0; i + 1 < m_open.size(); ++i)
        {
            pointer += "/" + Token(i);
        }
        return pointer;
    }

    std::string Token(std::size_t level) const
    {
        return m_open[level]->is_object() ? EscapePointerToken(m_keys[level])
                                          : std::to_string(m_open[level]->size() - 1);
    }

    Json* Place(Json&& value)
    {
        if (m_open.empty())
        {
            m_root = std::move(value);
            return &m_root;
        }
        Json& parent = *m_open.back();
        if (parent.is_array())
        {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        Json& slot = parent[m_keys.back()];
        slot = std::move(value);
        return &slot;
    }

    bool Put(Json&& value)
    {
        Place(std::move(value));
        return true;
    }

    bool Open(Json&& container)
    {
        if (m_open.size() >= MAX_JSON_DEPTH)
        {
            throw InputError(m_file,
                             "",
                             fmt::format("nested more than {} levels deep", MAX_JSON_DEPTH),
                             "no input of Echelon needs that");
        }
        // The element that is open stays at its address: its parent grows only after it is closed.
        m_open.push_back(Place(std::move(container)));
        m_keys.emplace_back();
        return true;
    }

    bool Close()
    {
        m_open.pop_back();
        m_keys.pop_back();
        return true;
    }

    std::string_view m_text;
    const std::string& m_file;
    Json m_root;
    std::vector<Json*> m_open;
    std::vector<std::string> m_keys; ///< of each open object: the key being read
};

} // namespace

Json
ParseJson(std::string_view text, const std::string& file)
{
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    {
        throw InputError(file, "", "the file is empty", "a JSON object is expected");
    }
    RequireMemory(text, file);
    StrictBuilder builder(text, file);
    Json::sax_parse(text.begin(), text.end(), &builder);
    return builder.Take();
}

std::string
EscapePointerToken(std::string_view token)
{
    std::string out;
    for (const char c : token)
    {
        if (c == '~')
        {
            out += "~0";
        }
        else if (c == '/')
        {
            out += "~1";
        }
        else
        {
            out += c;
        }
    }
    return out;
}

std::vector<std::string>
SplitPointer(std::string_view pointer)
{
    std::vector<std::string> tokens;
    if (pointer.empty())
    {
        return tokens;
    }
    if (pointer[0] != '/')
    {
        throw std::invalid_argument("a JSON pointer starts with \"/\"");
    }
    for (std::size_t i = 0; i < pointer.size(); ++i)
    {
        if (pointer[i] == '/')
        {
            tokens.emplace_back();
        }
        else if (pointer[i] == '~')
        {
            ++i;
            if (i == pointer.size() || (pointer[i] != '0' && pointer[i] != '1'))
            {
                throw std::invalid_argument("in a JSON pointer \"~\" is followed by 0 or 1");
            }
            tokens.back() += pointer[i] == '0' ? '~' : '/';
        }
        else
        {
            tokens.back() += pointer[i];
        }
    }
    return tokens;
}

} // namespace echelon
