// SPDX-License-Identifier: GPL-2.0-only
#include "input/json-document.h"

#include "input/input-error.h"
#include "scenario/scenario-loader.h"
#include "support/printable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string_view>

namespace echelon
{

namespace
{

/// The error of a callable, or a failure.
template <class Callable>
InputError
ErrorOf(Callable&& callable)
{
    try
    {
        callable();
    }
    catch (const InputError& error)
    {
        return error;
    }
    ADD_FAILURE() << "no InputError";
    return {"", "", "", ""};
}

JsonDocument
Document(const std::string& text)
{
    return {"s.json", MemoryFiles({{"s.json", text}})};
}

} // namespace

TEST(JsonParser, SyntaxErrorsHaveLineAndColumn)
{
    const InputError error = ErrorOf([] { ParseJson("{\n  \"a\": ]\n}", "s.json"); });
    EXPECT_EQ(error.File(), "s.json");
    EXPECT_EQ(error.Problem(), "line 2, column 8: not valid JSON");
}

TEST(JsonParser, RefusesDuplicateKeysWhereTheyStand)
{
    const InputError error = ErrorOf([] { ParseJson(R"({"a/b": [0, {"k": 1, "k": 2}]})", "s"); });
    EXPECT_EQ(error.Pointer(), "/a~1b/1/k");
}

TEST(JsonParser, AcceptsNestingUpToTheLimitOnly)
{
    const std::string open(MAX_JSON_DEPTH, '[');
    const std::string close(MAX_JSON_DEPTH, ']');
    EXPECT_NO_THROW(ParseJson(open + close, "s"));
    EXPECT_THROW(ParseJson("[" + open + close + "]", "s"), InputError);
    EXPECT_THROW(ParseJson(std::string(1000000, '['), "s"), InputError);
}

TEST(JsonPointer, EscapesAndSplits)
{
    EXPECT_EQ(EscapePointerToken("a/b~c"), "a~1b~0c");
    EXPECT_EQ(SplitPointer("/a~1b~0c//1"), (std::vector<std::string>{"a/b~c", "", "1"}));
    EXPECT_TRUE(SplitPointer("").empty());
    EXPECT_THROW(SplitPointer("a"), std::invalid_argument);
    EXPECT_THROW(SplitPointer("/~2"), std::invalid_argument);
}

TEST(InputErrorLine, IsOnePrintableLine)
{
    const InputError error("a\nb", "/x\x01", "bad \xff byte", "do \x1b[31m not");
    EXPECT_STREQ(error.what(), "a\\u000ab: /x\\u0001: bad ? byte (do \\u001b[31m not)");
    EXPECT_EQ(Printable("\xe2\x82\xac"), "\xe2\x82\xac");
    EXPECT_LE(Printable(std::string(100000, 'x')).size(), 500U);
}

TEST(Printable, SpellsOutWhatMovesTheCursorOrTurnsTheLine)
{
    // DEL, the first and last C1 code, line separator, and one bidirectional mark of each kind.
    EXPECT_EQ(Printable("\x7f\xc2\x80\xc2\x9f"), "\\u007f\\u0080\\u009f");
    EXPECT_EQ(Printable("\xe2\x80\xa8|\xd8\x9c|\xe2\x80\x8f|\xe2\x80\xae|\xe2\x81\xa9"),
              "\\u2028|\\u061c|\\u200f|\\u202e|\\u2069");
    EXPECT_EQ(Printable("caf\xc3\xa9 \xd7\x90 \xf0\x9f\x98\x80"),
              "caf\xc3\xa9 \xd7\x90 \xf0\x9f\x98\x80");
    // Overlong, a surrogate, beyond the last character, cut short.
    for (const char* text :
         {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    {
        EXPECT_FALSE(IsUtf8(text));
        EXPECT_EQ(Printable(text), std::string(std::string_view(text).size(), '?'));
    }
    EXPECT_TRUE(IsUtf8("\xf4\x8f\xbf\xbf"));
}

TEST(Printable, CountsAndCutsCharacters)
{
    EXPECT_EQ(TextWidth("\xc3\xa9\xe2\x82\xac"), 2U);
    EXPECT_EQ(Shortened("\xc3\xa9\xe2\x82\xac", 2), "\xc3\xa9\xe2\x82\xac");
    EXPECT_EQ(Shortened("\xc3\xa9\xe2\x82\xac\xc3\xa9", 2), "\xc3\xa9~");
}

TEST(JsonParser, RefusesWhatWouldTakeTooMuchMemory)
{
    // An empty list is 3 bytes of text with its comma, and more than 40 of memory: 24 MB of them
    // stay within MAX_JSON_MEMORY, 180 MB do not, and are refused before they are built.
    const auto lists = [](std::size_t count) {
        std::string text = "[[]";
        for (std::size_t i = 1; i < count; ++i)
        {
            text += ",[]";
        }
        return text + "]";
    };
    EXPECT_EQ(ParseJson(lists(1000), "a").size(), 1000U);
    const InputError error = ErrorOf([&] { ParseJson(lists(60000000), "a"); });
    EXPECT_THAT(error.Problem(), testing::HasSubstr("2.40 GB of memory"));
}

TEST(JsonNode, ErrorsPointAtWhatIsThere)
{
    // A parameter that the file gives is named by its pointer; one that it leaves out by its name,
    // at the object that lacks it. A key that is missing is the one exception.
    JsonDocument document("s", MemoryFiles({{"s", R"({"a": {"b": 1}})"}}));
    const JsonNode a = document.Root().At("a");
    const InputError given = ErrorOf([&] { a.FailParameter(ParameterError("b", "is odd", "")); });
    EXPECT_EQ(given.Pointer(), "/a/b");
    for (const char* name : {"c", "c/d"})
    {
        const InputError left =
            ErrorOf([&] { a.FailParameter(ParameterError(name, "is odd", "")); });
        EXPECT_EQ(left.Pointer(), "/a");
        EXPECT_EQ(left.Problem(), "\"c\", left out: is odd");
    }
    EXPECT_EQ(ErrorOf([&] { a.FailAt("b", "is odd", ""); }).Pointer(), "/a/b");
    EXPECT_EQ(ErrorOf([&] { a.FailAt("c", "is odd", ""); }).Pointer(), "/a");
    EXPECT_EQ(ErrorOf([&] { a.At("c"); }).Pointer(), "/a/c");
}

TEST(JsonNode, ErrorsStandInTheFileOfTheValue)
{
    JsonDocument document("dir/s.json",
                          MemoryFiles({{"dir/s.json", R"({"t": "sub/t.json"})"},
                                       {"dir/sub/t.json", R"({"u": "../u.json"})"},
                                       {"dir/u.json", R"({"rate": "5"})"}}));
    const JsonNode u = document.Root().At("t").Object().At("u").Object();
    const InputError error = ErrorOf([&] { u.At("rate").Rate(); });
    EXPECT_EQ(error.File(), "dir/u.json");
    EXPECT_EQ(error.Pointer(), "/rate");
    EXPECT_EQ(document.Value()["t"]["u"]["rate"], "5");
}

TEST(JsonNode, FilesThatNameEachOtherEnd)
{
    JsonDocument document("a", MemoryFiles({{"a", R"({"n": "b"})"}, {"b", R"({"n": "a"})"}}));
    const JsonNode b = document.Root().At("n").Object();
    const InputError error = ErrorOf([&] { b.At("n").Object(); });
    EXPECT_EQ(error.File(), "b");
    EXPECT_EQ(error.Problem(), "the file \"a\" names itself");
}

TEST(JsonNode, WholeNumbersAreExact)
{
    JsonDocument document =
        Document(R"([9223372036854775807, 18446744073709551615, -9223372036854775808, 1.0, 1e3])");
    const auto item = [&](std::size_t i) { return document.Root().Item(i); };
    constexpr std::int64_t LARGEST = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t LEAST = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(item(0).Integer(LEAST, LARGEST), LARGEST);
    EXPECT_THROW(item(1).Integer(LEAST, LARGEST), InputError);
    EXPECT_EQ(item(2).Integer(LEAST, LARGEST), LEAST);
    EXPECT_THROW(item(3).Integer(0, 10), InputError);
    EXPECT_THROW(item(4).Integer(0, 10000), InputError);
}

TEST(Overrides, SetValuesAndTexts)
{
    JsonDocument document = Document(R"({"a": {"b": 1}, "l": [1]})");
    ApplyOverride(document, "/a/b=2");
    ApplyOverride(document, "/a/c/d=100Gbps");
    ApplyOverride(document, "/l/-={\"x\": true}");
    ApplyOverride(document, "/l/0=");
    EXPECT_EQ(document.Value().dump(), R"({"a":{"b":2,"c":{"d":"100Gbps"}},"l":["",{"x":true}]})");
}

TEST(Overrides, ReplaceAFileThatWasOpened)
{
    JsonDocument document(
        "s",
        MemoryFiles({{"s", R"({"t": "t"})"}, {"t", R"({"n": 1})"}, {"u", R"({"n": "x"})"}}));
    ApplyOverride(document, "/t/n=5");
    EXPECT_EQ(document.Root().At("t").Object().At("n").Integer(0, 9), 5);
    ApplyOverride(document, "/t=u");
    const JsonNode n = document.Root().At("t").Object().At("n");
    EXPECT_EQ(ErrorOf([&] { n.Integer(0, 9); }).File(), "u");
}

} // namespace echelon
