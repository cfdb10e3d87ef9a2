// SPDX-License-Identifier: GPL-2.0-only
#include "input/json-document.h"

#include "input/input-error.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace echelon
{

static const char*
KindOf(const Json& value)
{
    switch (value.type())
    {
    case Json::value_t::null:
        return "null";
    case Json::value_t::object:
        return "an object";
    case Json::value_t::array:
        return "an array";
    case Json::value_t::string:
        return "a text";
    case Json::value_t::boolean:
        return "true or false";
    default:
        return "a number";
    }
}

std::string
Quoted(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
    {
        text += (text.empty() ? "\"" : ", \"") + word + "\"";
    }
    return text;
}

std::string
SuggestionFor(std::string_view word, const std::vector<std::string>& choices)
{
    // Edit distance is quadratic: nobody mistypes a word of a thousand letters.
    const std::string closest = word.size() <= 64 ? ClosestMatch(word, choices) : "";
    return closest.empty() ? "known: " + Quoted(choices) : "did you mean \"" + closest + "\"?";
}

JsonNode::JsonNode(JsonDocument* document,
                   Json* value,
                   std::string place,
                   std::string file,
                   std::string pointer)
    : m_document(document),
      m_value(value),
      m_place(std::move(place)),
      m_file(std::move(file)),
      m_pointer(std::move(pointer))
{
}

JsonNode
JsonNode::Child(Json* value, const std::string& token) const
{
    const std::string step = "/" + EscapePointerToken(token);
    std::string place = m_place + step;
    if (!m_document->m_mounts.empty())
    {
        const auto mount = m_document->m_mounts.find(place);
        if (mount != m_document->m_mounts.end())
        {
            return {m_document, value, std::move(place), mount->second.file, ""};
        }
    }
    return {m_document, value, std::move(place), m_file, m_pointer + step};
}

void
JsonNode::Warn(const std::string& what) const
{
    m_document->m_warnings.push_back(m_pointer + ": " + what);
}

void
JsonNode::Fail(const std::string& problem, const std::string& hint) const
{
    throw InputError(m_file, m_pointer, problem, hint);
}

void
JsonNode::FailAt(std::string_view key, const std::string& problem, const std::string& hint) const
{
    throw InputError(m_file,
                     Has(key) ? m_pointer + "/" + EscapePointerToken(key) : m_pointer,
                     problem,
                     hint);
}

void
JsonNode::FailMissing(std::string_view key, const std::string& hint) const
{
    throw InputError(m_file,
                     m_pointer + "/" + EscapePointerToken(key),
                     "\"" + std::string(key) + "\" is missing",
                     hint);
}

void
JsonNode::FailParameter(const ParameterError& error) const
{
    JsonNode node = *this;
    std::string_view rest = error.Parameter();
    while (!rest.empty())
    {
        const std::string_view token = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(rest.size(), token.size() + 1));
        const std::optional<JsonNode> child = node.Find(token);
        if (!child)
        {
            // Left out: its default does not go with the rest. The object is what there is.
            node.Fail("\"" + std::string(token) + "\", left out: " + error.what(), error.Hint());
        }
        node = *child;
    }
    node.Fail(error.what(), error.Hint());
}

void
JsonNode::FailKind(const char* expected, const char* hint) const
{
    Fail(std::string("expected ") + expected + ", found " + KindOf(*m_value), hint);
}

JsonNode
JsonNode::Object() const
{
    if (m_value->is_string())
    {
        m_document->Include(*this);
        return {m_document, m_value, m_place, m_document->m_mounts.at(m_place).file, ""};
    }
    if (!m_value->is_object())
    {
        FailKind("an object", "or the path of a file that holds one");
    }
    return *this;
}

void
JsonNode::AllowKeys(const std::vector<std::string>& keys,
                    const std::map<std::string, std::string>& elsewhere) const
{
    for (const auto& item : m_value->items())
    {
        if (std::find(keys.begin(), keys.end(), item.key()) != keys.end())
        {
            continue;
        }
        std::vector<std::string> known = keys;
        for (const auto& [key, owner] : elsewhere)
        {
            known.push_back(key);
        }
        const std::string closest = item.key().size() <= 64 ? ClosestMatch(item.key(), known) : "";
        const auto other = elsewhere.find(closest);
        FailAt(item.key(),
               "unknown key \"" + item.key() + "\"",
               other == elsewhere.end() ? SuggestionFor(item.key(), keys)
                                        : "\"" + closest + "\" is a key of " + other->second +
                                              "; known here: " + Quoted(keys));
    }
}

bool
JsonNode::Has(std::string_view key) const
{
    return m_value->is_object() && m_value->contains(key);
}

std::optional<JsonNode>
JsonNode::Find(std::string_view key) const
{
    if (!Has(key))
    {
        return std::nullopt;
    }
    return Child(&*m_value->find(key), std::string(key));
}

JsonNode
JsonNode::At(std::string_view key) const
{
    if (std::optional<JsonNode> node = Find(key))
    {
        return *node;
    }
    FailMissing(key, "this object needs it");
}

JsonNode
JsonNode::ObjectOrEmpty(const std::string& key) const
{
    return Child(&m_value->emplace(key, Json::object()).first.value(), key).Object();
}

JsonNode
JsonNode::StandIn(const std::string& key, const Json& value) const
{
    // Nobody asks for the Mutable() of a default.
    return Child(const_cast<Json*>(&value), key);
}

std::size_t
JsonNode::ArraySize(std::size_t largest) const
{
    if (!m_value->is_array())
    {
        FailKind("an array", "write [ … ]");
    }
    if (m_value->size() > largest)
    {
        Fail(fmt::format("the array has {} entries", m_value->size()),
             fmt::format("at most {} are possible", largest));
    }
    return m_value->size();
}

JsonNode
JsonNode::Item(std::size_t index) const
{
    return Child(&(*m_value)[index], std::to_string(index));
}

std::vector<JsonNode>
JsonNode::Items(std::size_t largest) const
{
    std::vector<JsonNode> items;
    const std::size_t size = ArraySize(largest);
    items.reserve(size);
    for (std::size_t i = 0; i < size; ++i)
    {
        items.push_back(Item(i));
    }
    return items;
}

std::vector<std::pair<std::string, JsonNode>>
JsonNode::Members() const
{
    std::vector<std::pair<std::string, JsonNode>> members;
    for (auto it = m_value->begin(); it != m_value->end(); ++it)
    {
        members.emplace_back(it.key(), Child(&*it, it.key()));
    }
    return members;
}

bool
JsonNode::IsText() const
{
    return m_value->is_string();
}

bool
JsonNode::IsArray() const
{
    return m_value->is_array();
}

bool
JsonNode::IsObject() const
{
    return m_value->is_object();
}

const Json&
JsonNode::Value() const
{
    return *m_value;
}

Json&
JsonNode::Mutable() const
{
    return *m_value;
}

void
JsonNode::Replace(Json value) const
{
    m_document->Unmount(m_place);
    *m_value = std::move(value);
}

const std::string&
JsonNode::File() const
{
    return m_file;
}

const std::string&
JsonNode::Pointer() const
{
    return m_pointer;
}

JsonDocument::JsonDocument(std::string file, FileSource source)
    : m_source(std::move(source))
{
    try
    {
        const std::string text = m_source(file);
        m_bytes = text.size();
        m_root = ParseJson(text, file);
    }
    catch (const FileError& error)
    {
        throw InputError(file, "", error.what(), "a JSON file is expected");
    }
    m_mounts[""] = {std::move(file), 0, ""};
}

JsonNode
JsonDocument::Root()
{
    return {this, &m_root, "", m_mounts.at("").file, ""};
}

void
JsonDocument::Unmount(const std::string& place)
{
    for (auto it = m_mounts.lower_bound(place); it != m_mounts.end();)
    {
        const bool inside = it->first == place || it->first.rfind(place + "/", 0) == 0;
        if (it->first.rfind(place, 0) != 0)
        {
            break;
        }
        it = inside && !it->first.empty() ? m_mounts.erase(it) : std::next(it);
    }
}

void
JsonDocument::Include(const JsonNode& node)
{
    // The file that names the new one stands at the longest place above it.
    std::string above = node.m_place;
    while (m_mounts.find(above) == m_mounts.end())
    {
        above.erase(above.rfind('/'));
    }
    const std::size_t depth = m_mounts.at(above).depth + 1;
    const std::string name = node.Text();
    const std::filesystem::path base = std::filesystem::path(node.m_file).parent_path();
    const std::string file = (base / name).lexically_normal().string();
    if (name.empty())
    {
        node.Fail("the path of a file is empty", "or write the object itself");
    }
    if (depth > MAX_INCLUDE_DEPTH || m_mounts.size() > MAX_INCLUDES)
    {
        node.Fail("too many files name one another",
                  fmt::format("at most {} deep and {} in all", MAX_INCLUDE_DEPTH, MAX_INCLUDES));
    }
    for (std::string place = above;; place = m_mounts.at(place).parent)
    {
        if (m_mounts.at(place).file == file)
        {
            node.Fail("the file \"" + name + "\" names itself", "remove the circle");
        }
        if (place.empty())
        {
            break;
        }
    }
    std::string text;
    try
    {
        text = m_source(file);
    }
    catch (const FileError& error)
    {
        node.Fail("\"" + name + "\" cannot be read: " + error.what(),
                  "an object, or a path relative to " + (base.empty() ? "." : base.string()));
    }
    m_bytes += text.size();
    if (m_bytes > MAX_FILE_BYTES)
    {
        node.Fail("the files of this scenario are larger than 256 MiB together",
                  "use fewer or smaller ones");
    }
    Json content = ParseJson(text, file);
    if (!content.is_object())
    {
        throw InputError(file,
                         "",
                         std::string("expected an object, found ") + KindOf(content),
                         "the file is named in " + node.m_file + " at " + node.m_pointer);
    }
    *node.m_value = std::move(content);
    m_mounts[node.m_place] = {file, depth, above};
}

} // namespace echelon
