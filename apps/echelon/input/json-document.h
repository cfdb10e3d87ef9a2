// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A JSON input that knows where each value came from, so that every error names file and JSON
 * pointer.
 *
 *     JsonDocument document("scenario.json", DiskFiles());
 *     JsonNode job = document.Root().At("jobs").Item(0);
 *     job.AllowKeys({"name", "iterations"});                     // "did you mean" for the rest
 *     std::int64_t n = job.At("iterations").Integer(1, 1000000);
 *
 * Wherever an object is expected, a text is the path of a file that holds it, relative to the file
 * that names it; the content takes the text's place in Value(). Files may name files up to
 * MAX_INCLUDE_DEPTH deep, never themselves. Errors: InputError at the value's own place.
 */
#pragma once

#include "base/parameters.h"
#include "base/units.h"
#include "input/file-source.h"
#include "input/json-parser.h"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace echelon
{

inline constexpr std::size_t MAX_INCLUDE_DEPTH = 8;
inline constexpr std::size_t MAX_INCLUDES = 4096;

/// Longest time that an input may state: sums of a few such times stay far from the end of
/// simulated time.
inline constexpr double MAX_SECONDS = 1e6;

class JsonDocument;

/// A value in a document. Cheap to copy; valid while the document lives.
class JsonNode
{
  public:
    // Structure. All but Has, Find, Is… and Where throw InputError when the value is not of that
    // kind.
    /// An object; a text is replaced by the file that it names.
    JsonNode Object() const;
    /// Refuses every key of this object that is not named. @param elsewhere keys that other objects
    /// of this kind take, each with whose it is: they are never taken for a misspelt key of this
    /// one.
    void AllowKeys(const std::vector<std::string>& keys,
                   const std::map<std::string, std::string>& elsewhere = {}) const;
    bool Has(std::string_view key) const;
    std::optional<JsonNode> Find(std::string_view key) const;
    JsonNode At(std::string_view key) const;
    std::size_t ArraySize(std::size_t largest) const;
    JsonNode Item(std::size_t index) const;
    std::vector<JsonNode> Items(std::size_t largest) const;
    /// Key and value, sorted by key.
    std::vector<std::pair<std::string, JsonNode>> Members() const;

    // Values.
    const std::string& Text() const;
    /// A text that is not empty and is printable.
    const std::string& Name(std::size_t longest = 200) const;
    std::int64_t Integer(std::int64_t least, std::int64_t largest) const;
    double Number(double least, double largest) const;
    bool Boolean() const;
    Time Duration() const;
    /// @param least that is allowed, in bits per second.
    BitRate Rate(BitRate least = 1) const;
    /// A text with a unit, or a whole number of bytes.
    Bytes Size(Bytes least, Bytes largest = Bytes{1} << 50) const;
    const std::string& Choice(const std::vector<std::string>& choices) const;

    bool IsText() const;
    bool IsArray() const;
    bool IsObject() const;
    const Json& Value() const;

    // Changes, for overrides and for what the resolved scenario should spell out.
    Json& Mutable() const;
    /// Puts another value here. Paths in it are relative to the file that this value stands in.
    void Replace(Json value) const;

    /// This value is accepted, but had better be changed: a line in the document's Warnings().
    void Warn(const std::string& what) const;
    /// An error at this value.
    [[noreturn]] void Fail(const std::string& problem, const std::string& hint) const;
    /// An error at a key of this object, or where it is left out, at the object.
    [[noreturn]] void FailAt(std::string_view key,
                             const std::string& problem,
                             const std::string& hint) const;
    /// This object needs a key that is not there: the one error that points at where nothing is
    /// yet.
    [[noreturn]] void FailMissing(std::string_view key, const std::string& hint) const;
    /// An error of the core at the parameter that it names ("uplink/rate": below this object), or
    /// where that is left out, at the object that lacks it.
    [[noreturn]] void FailParameter(const ParameterError& error) const;
    const std::string& File() const;
    const std::string& Pointer() const;
    /// The object at a key; where the key is left out, an empty object that is put there.
    JsonNode ObjectOrEmpty(const std::string& key) const;

  protected:
    /// A node for a value that stands in for what is left out at a key of this object.
    JsonNode StandIn(const std::string& key, const Json& value) const;

  private:
    friend class JsonDocument;
    JsonNode(JsonDocument* document,
             Json* value,
             std::string place,
             std::string file,
             std::string pointer);

    JsonNode Child(Json* value, const std::string& token) const;
    [[noreturn]] void FailKind(const char* expected, const char* hint) const;

    JsonDocument* m_document;
    Json* m_value;
    std::string m_place;   ///< pointer from the root of the document
    std::string m_file;    ///< that the value was read from
    std::string m_pointer; ///< in that file
};

/// A file and all files that it names.
class JsonDocument
{
  public:
    JsonDocument(std::string file, FileSource source);

    JsonNode Root();

    /// The whole with every file that has been asked for in place of its name.
    const Json& Value() const
    {
        return m_root;
    }

    /// The same, for good: no node of this document may be used any more. A copy of a large one
    /// would take as much memory again.
    Json Take()
    {
        return std::move(m_root);
    }

    /// What nodes warned of: lines that begin with the pointer of a value.
    const std::vector<std::string>& Warnings() const
    {
        return m_warnings;
    }

  private:
    friend class JsonNode;

    /// A file that stands at a place of the document.
    struct Mount
    {
        std::string file;
        std::size_t depth;
        std::string parent; ///< place of the file that names it
    };

    void Include(const JsonNode& node);
    void Unmount(const std::string& place);

    FileSource m_source;
    Json m_root;
    std::map<std::string, Mount> m_mounts; ///< by place
    std::size_t m_bytes = 0;
    std::vector<std::string> m_warnings;
};

/// "\"a\", \"b\"": for hints.
std::string Quoted(const std::vector<std::string>& words);

/// A hint for a word that is not among the choices: "did you mean …?" or the list.
std::string SuggestionFor(std::string_view word, const std::vector<std::string>& choices);

} // namespace echelon
