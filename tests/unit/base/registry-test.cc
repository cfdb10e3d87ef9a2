// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Entries by name: the entry itself, the closest name, all names.
 */
#include "base/parameters.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

struct Fruit
{
    std::string name;
    int seeds;
};

const std::vector<Fruit> FRUITS{{"apple", 8}, {"plum", 1}};

std::string
HintFor(const std::string& name)
{
    try
    {
        EntryOf(FRUITS, name, "snack", "fruit");
    }
    catch (const ParameterError& error)
    {
        EXPECT_EQ(error.Parameter(), "snack");
        EXPECT_EQ(error.what(), "unknown fruit \"" + name + "\"");
        return error.Hint();
    }
    return "";
}

TEST(Registry, FindsTheEntryItself)
{
    EXPECT_EQ(&EntryOf(FRUITS, "plum", "snack", "fruit"), &FRUITS[1]);
}

TEST(Registry, SuggestsTheClosestNameOrLists)
{
    EXPECT_EQ(HintFor("aple"), "did you mean \"apple\"?");
    EXPECT_EQ(HintFor("cucumber"), "known: apple, plum");
}

} // namespace
} // namespace echelon
