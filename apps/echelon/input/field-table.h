// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The keys of a JSON object, declared once: the loader reads the object by its table, and
 * `echelon list fields`, the JSON Schemas and the tables of docs/reference are written from it.
 *
 *     const FieldTable NOISE{"compute_noise",
 *                            "How far compute times are from the profile.",
 *                            {{"sigma", Real(0, 1), "spread of the compute times", REQUIRED},
 *                             {"per", OneOf({"task", "job"}), "task", "what one draw is for"}}};
 *     const Fields noise(node.Object(), NOISE);       // refuses keys that are not in the table
 *     const auto sigma = noise.Get<double>("sigma");  // refuses what is missing or out of range
 *     noise.Read("per", scope);                       // "task" where it is left out
 *
 * What a table cannot say, such as keys that exclude each other, the loader checks. Tables are
 * objects of namespace scope and enter the list of all tables when the program starts. Reading a
 * value takes O(fields). Errors: InputError at the value, as of JsonNode.
 */
#pragma once

#include "base/parameters.h"
#include "input/json-document.h"

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace echelon
{

/// Of a range that has no bound.
inline constexpr double ANY_NUMBER = 1e300;

/// What a key takes. Ranges are inclusive: of seconds, bytes or the number itself, of the length of
/// a name, and of the number of entries of a list.
struct FieldKind
{
    std::string type;
    double least = -ANY_NUMBER;
    double largest = ANY_NUMBER;
    std::vector<std::string> choices{};
    std::string of{}; ///< table of an object; type or table of a list's entries
};

FieldKind TimeUpTo(double seconds);
FieldKind Whole(std::int64_t least, std::int64_t largest);
FieldKind Real(double least, double largest);
FieldKind NameUpTo(std::size_t bytes);
FieldKind OneOf(std::vector<std::string> choices);
FieldKind ObjectOf(std::string table);
FieldKind ListOf(std::string of, std::size_t least, std::size_t largest);
/// What the loader and the schemas treat by themselves.
inline const FieldKind SPECIAL{"other"};
inline const FieldKind A_TIME{"time"};
/// What counts from 0; the loader knows how many there are.
inline const FieldKind AN_INDEX{"integer", 0, 9007199254740992.0};
inline const FieldKind A_RATE{"rate"};
FieldKind ASize(Bytes least);
inline const FieldKind A_TEXT{"text"};
inline const FieldKind A_FLAG{"boolean"};

enum Need
{
    OPTIONAL,
    REQUIRED
};

/// One key of an object.
struct Field
{
    Field(std::string fieldName, FieldKind fieldKind, std::string fieldHelp, Need need = OPTIONAL)
        : name(std::move(fieldName)),
          kind(std::move(fieldKind)),
          help(std::move(fieldHelp)),
          required(need == REQUIRED)
    {
    }

    Field(std::string fieldName, FieldKind fieldKind, Json defaultValue, std::string fieldHelp)
        : name(std::move(fieldName)),
          kind(std::move(fieldKind)),
          help(std::move(fieldHelp)),
          byDefault(std::move(defaultValue))
    {
    }

    /// A parameter of a registry, seen as a key.
    explicit Field(const ParameterSpec& spec);

    std::string name;
    FieldKind kind;
    std::string help; ///< one line of plain text or Markdown
    Json byDefault;   ///< null: none
    bool required = false;
};

/// Both lists, one after the other.
std::vector<Field> Joined(std::vector<Field> fields, const std::vector<Field>& more);

/// All keys of one object.
class FieldTable
{
  public:
    /// @param common fields of several tables, which stand before the others.
    FieldTable(std::string name,
               std::string help,
               const std::vector<Field>& fields,
               const std::vector<Field>& common = {});
    FieldTable(const FieldTable&) = delete;
    FieldTable& operator=(const FieldTable&) = delete;

    const std::string& Name() const
    {
        return m_name;
    }

    const std::string& Help() const
    {
        return m_help;
    }

    const std::vector<Field>& List() const
    {
        return m_fields;
    }

    const std::vector<std::string>& Keys() const
    {
        return m_keys;
    }

    const Field& Of(std::string_view key) const;

    /// All tables of the program, by name.
    static std::vector<const FieldTable*> All();

  private:
    std::string m_name;
    std::string m_help;
    std::vector<Field> m_fields;
    std::vector<std::string> m_keys;
};

/// An object that is read by its table.
class Fields : public JsonNode
{
  public:
    /// Refuses keys that the table does not have.
    Fields(const JsonNode& object, const FieldTable& table);
    /// Without a check of the keys, for an object that has keys of other tables too.
    static Fields Unchecked(const JsonNode& object, const FieldTable& table);

    /// The value, or its default where it is left out. @throws InputError when there is neither.
    template <class T>
    T Get(std::string_view key) const
    {
        const Field& field = m_table->Of(key);
        return Convert<T>(field, ValueOf(field));
    }

    /// Leaves the value as it is where the key is left out and has no default.
    template <class T>
    void Read(std::string_view key, T& value) const
    {
        const Field& field = m_table->Of(key);
        if (field.required || Has(key) || !field.byDefault.is_null())
        {
            value = Convert<T>(field, ValueOf(field));
        }
    }

    /// Spells out the defaults in the document, for the resolved scenario.
    void FillIn() const;

  private:
    struct NoCheck
    {
    };

    Fields(const JsonNode& object, const FieldTable& table, NoCheck)
        : JsonNode(object),
          m_table(&table)
    {
    }

    JsonNode ValueOf(const Field& field) const;

    static Time TimeOf(const Field& field, const JsonNode& value);
    static double RealOf(const Field& field, const JsonNode& value);
    static std::int64_t WholeOf(const Field& field, const JsonNode& value);
    static const std::string& TextOf(const Field& field, const JsonNode& value);

    template <class T>
    struct IsOptional : std::false_type
    {
    };

    template <class T>
    static T Convert(const Field& field, const JsonNode& value)
    {
        if constexpr (IsOptional<T>::value)
        {
            return Convert<typename T::value_type>(field, value);
        }
        else if constexpr (std::is_same_v<T, Time>)
        {
            return TimeOf(field, value);
        }
        else if constexpr (std::is_same_v<T, bool>)
        {
            return value.Boolean();
        }
        else if constexpr (std::is_floating_point_v<T>)
        {
            return RealOf(field, value);
        }
        else if constexpr (std::is_integral_v<T>)
        {
            return static_cast<T>(WholeOf(field, value));
        }
        else
        {
            return TextOf(field, value);
        }
    }

    const FieldTable* m_table;
};

template <class T>
struct Fields::IsOptional<std::optional<T>> : std::true_type
{
};

/// "1 to 1000", "at most 1 s"; empty for what has no range of its own.
std::string RangeText(const Field& field);

/// As `echelon list --json` prints a field.
nlohmann::ordered_json FieldToJson(const Field& field);

/// The text of a node; where that is a name of the last release, with a warning the name of today.
/// @param renamed names of today by those of the last
/// release.
std::string CurrentName(const JsonNode& node, const std::map<std::string, std::string>& renamed);

/// Values of declared parameters (base/parameters.h) from a JSON object. Times, rates and sizes are
/// texts with units; integers and numbers are JSON numbers; choices are texts. Errors: InputError
/// at the value, with a "did you mean" for unknown keys.
/// @param otherKeys keys of the object that are not parameters and are left alone.
/// @param elsewhere parameters of its kin: @see ParametersElsewhere.
ParameterSet LoadParameters(const JsonNode& node,
                            const std::vector<ParameterSpec>& specs,
                            const std::vector<std::string>& otherKeys,
                            const std::map<std::string, std::string>& elsewhere);

/// The parameters of all entries of a registry, each with the names of the entries that take it.
template <class Entry>
std::map<std::string, std::string>
ParametersElsewhere(const std::vector<Entry>& entries)
{
    std::map<std::string, std::string> owners;
    for (const Entry& entry : entries)
    {
        for (const ParameterSpec& spec : entry.parameters)
        {
            std::string& owner = owners[spec.name];
            owner += (owner.empty() ? "" : ", ") + entry.name;
        }
    }
    return owners;
}

/// A value in the way in which a scenario writes it.
Json ParameterToJson(const std::string& text, ParameterType type);

/// Every parameter with its value, defaults included.
Json ParametersToJson(const ParameterSet& values);

} // namespace echelon
