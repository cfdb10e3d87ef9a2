// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Matchings on random graphs and matrices against enumeration.
 */
#include "base/random.h"
#include "matching/assignment.h"
#include "matching/bipartite-matching.h"
#include "matching/tiered-matching.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <set>

namespace echelon
{
namespace
{

using Graph = std::vector<std::vector<std::uint32_t>>;

Graph
RandomGraph(RandomStream& stream, std::uint32_t rows, std::uint32_t columns, double density)
{
    Graph graph(rows);
    for (std::vector<std::uint32_t>& edges : graph)
    {
        for (std::uint32_t column = 0; column < columns; ++column)
        {
            if (stream.Uniform() < density)
            {
                edges.push_back(column);
            }
        }
        stream.Shuffle(edges);
    }
    return graph;
}

/// Largest matching of the rows from `row` on into columns outside of `used`, a bit each: every row
/// takes each of its columns, or none.
std::uint32_t
LargestByEnumeration(const Graph& graph, std::size_t row, std::uint32_t used)
{
    if (row == graph.size())
    {
        return 0;
    }
    std::uint32_t best = LargestByEnumeration(graph, row + 1, used);
    for (const std::uint32_t column : graph[row])
    {
        if ((used >> column & 1) == 0)
        {
            best = std::max(best, 1 + LargestByEnumeration(graph, row + 1, used | 1U << column));
        }
    }
    return best;
}

/// Partners agree with each other and with the graph.
void
ExpectMatching(const BipartiteMatching& matching, const Graph& graph)
{
    std::uint32_t size = 0;
    for (std::uint32_t row = 0; row < graph.size(); ++row)
    {
        const std::uint32_t column = matching.columnOf[row];
        if (column != UNMATCHED)
        {
            ++size;
            EXPECT_EQ(matching.rowOf[column], row);
            EXPECT_EQ(std::count(graph[row].begin(), graph[row].end(), column), 1);
        }
    }
    EXPECT_EQ(size, matching.size);
    EXPECT_EQ(size,
              matching.rowOf.size() -
                  static_cast<std::size_t>(
                      std::count(matching.rowOf.begin(), matching.rowOf.end(), UNMATCHED)));
}

TEST(Matchings, MaximumMatchingIsAsLargeAsByEnumeration)
{
    RandomStream stream(1, "maximum-matching");
    for (int i = 0; i < 3000; ++i)
    {
        const auto rows = static_cast<std::uint32_t>(stream.Below(8));
        const auto columns = static_cast<std::uint32_t>(1 + stream.Below(8));
        const Graph graph = RandomGraph(stream, rows, columns, 0.05 + 0.5 * stream.Uniform());
        const BipartiteMatching matching = MaximumMatching(columns, graph);
        ExpectMatching(matching, graph);
        ASSERT_EQ(matching.size, LargestByEnumeration(graph, 0, 0)) << "instance " << i;
    }
}

/// By König: rows reached by alternating paths from free rows reach no free column, and then the
/// other rows and the reached columns cover all edges and are as many as the matching's.
TEST(Matchings, MaximumMatchingOfLargeGraphsHasACoverOfItsSize)
{
    RandomStream stream(1, "large-matching");
    for (int i = 0; i < 20; ++i)
    {
        const Graph graph = RandomGraph(stream, 300, 280, 0.002 + 0.006 * stream.Uniform());
        const BipartiteMatching matching = MaximumMatching(280, graph);
        ExpectMatching(matching, graph);
        std::vector<std::uint32_t> reached;
        std::vector<bool> isRowReached(300);
        std::set<std::uint32_t> columns;
        for (std::uint32_t row = 0; row < 300; ++row)
        {
            if (matching.columnOf[row] == UNMATCHED)
            {
                reached.push_back(row);
                isRowReached[row] = true;
            }
        }
        for (std::size_t head = 0; head < reached.size(); ++head)
        {
            for (const std::uint32_t column : graph[reached[head]])
            {
                ASSERT_NE(matching.rowOf[column], UNMATCHED) << "an augmenting path is left";
                columns.insert(column);
                const std::uint32_t next = matching.rowOf[column];
                if (!isRowReached[next])
                {
                    isRowReached[next] = true;
                    reached.push_back(next);
                }
            }
        }
        EXPECT_EQ(300 - reached.size() + columns.size(), matching.size);
    }
}

struct Optima
{
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t most = std::numeric_limits<std::int64_t>::min();
    std::int64_t bottleneck = std::numeric_limits<std::int64_t>::max();
};

Optima
ByEnumeration(std::uint32_t n, const std::vector<std::int64_t>& weights)
{
    Optima optima;
    std::vector<std::uint32_t> columnOf(n);
    std::iota(columnOf.begin(), columnOf.end(), 0);
    do
    {
        std::int64_t sum = 0;
        std::int64_t largest = std::numeric_limits<std::int64_t>::min();
        for (std::uint32_t row = 0; row < n; ++row)
        {
            sum += weights[row * n + columnOf[row]];
            largest = std::max(largest, weights[row * n + columnOf[row]]);
        }
        optima.least = std::min(optima.least, sum);
        optima.most = std::max(optima.most, sum);
        optima.bottleneck = std::min(optima.bottleneck, largest);
    } while (std::next_permutation(columnOf.begin(), columnOf.end()));
    return optima;
}

bool
IsPermutation(std::vector<std::uint32_t> columnOf)
{
    std::sort(columnOf.begin(), columnOf.end());
    for (std::uint32_t i = 0; i < columnOf.size(); ++i)
    {
        if (columnOf[i] != i)
        {
            return false;
        }
    }
    return true;
}

TEST(Matchings, AssignmentsAndBottleneckAreOptimal)
{
    RandomStream stream(1, "assignment");
    const std::uint64_t ranges[] = {2, 10, 1000, 500'000'000'000'000'000};
    for (int i = 0; i < 1200; ++i)
    {
        const auto n = static_cast<std::uint32_t>(1 + stream.Below(i % 8 == 0 ? 7 : 6));
        const std::uint64_t range = ranges[stream.Below(4)] / n;
        std::vector<std::int64_t> weights(n * n);
        for (std::int64_t& weight : weights)
        {
            weight = static_cast<std::int64_t>(stream.Below(2 * range + 1)) -
                     static_cast<std::int64_t>(range);
        }
        const Optima optima = ByEnumeration(n, weights);
        const auto sum = [n, &weights](const std::vector<std::uint32_t>& columnOf) {
            EXPECT_TRUE(IsPermutation(columnOf));
            std::int64_t total = 0;
            for (std::uint32_t row = 0; row < n; ++row)
            {
                total += weights[row * n + columnOf[row]];
            }
            return total;
        };
        ASSERT_EQ(sum(MinimumAssignment(n, weights)), optima.least) << "instance " << i;
        ASSERT_EQ(sum(MaximumAssignment(n, weights)), optima.most) << "instance " << i;
        const BottleneckMatching matching = MinimiseLargestWeight(n, weights);
        ASSERT_EQ(matching.largest, optima.bottleneck) << "instance " << i;
        EXPECT_TRUE(IsPermutation(matching.columnOf));
        std::int64_t largest = std::numeric_limits<std::int64_t>::min();
        for (std::uint32_t row = 0; row < n; ++row)
        {
            largest = std::max(largest, weights[row * n + matching.columnOf[row]]);
        }
        EXPECT_EQ(largest, matching.largest);
    }
}

/// The tiers are nested random graphs that lose cells between calls; perfect whenever Hopcroft and
/// Karp's matching of the third tier is, and then no smaller in the second tier than possible.
TEST(Matchings, TieredMatchingIsPerfectWhenTheThirdTierAllows)
{
    RandomStream stream(1, "tiered-matching");
    int perfect = 0;
    for (int i = 0; i < 300; ++i)
    {
        const auto n = static_cast<std::uint32_t>(1 + stream.Below(i % 10 == 0 ? 150 : 20));
        const double density = std::min(1.0, (1 + 5 * stream.Uniform()) / n);
        TieredMatching matching(n);
        Graph second(n);
        Graph third(n);
        for (std::uint32_t row = 0; row < n; ++row)
        {
            for (std::uint32_t column = 0; column < n; ++column)
            {
                const double u = stream.Uniform();
                matching.SetCell(row, column, {u < density / 4, u < density / 2, u < density});
                if (u < density / 2)
                {
                    second[row].push_back(column);
                }
                if (u < density)
                {
                    third[row].push_back(column);
                }
            }
        }
        const bool isPerfect = matching.Complete();
        ASSERT_EQ(isPerfect, MaximumMatching(n, third).size == n) << "instance " << i;
        if (!isPerfect)
        {
            continue;
        }
        ++perfect;
        std::vector<std::uint32_t> columnOf(n);
        for (std::uint32_t row = 0; row < n; ++row)
        {
            columnOf[row] = matching.ColumnOf(row);
            const Graph::value_type& cells = third[row];
            ASSERT_EQ(std::count(cells.begin(), cells.end(), columnOf[row]), 1);
        }
        EXPECT_TRUE(IsPermutation(columnOf));
        const auto removed = static_cast<std::uint32_t>(stream.Below(n));
        matching.SetCell(removed, columnOf[removed], {false, false, false});
        matching.Unmatch(removed);
        Graph::value_type& cells = third[removed];
        cells.erase(std::find(cells.begin(), cells.end(), columnOf[removed]));
        ASSERT_EQ(matching.Complete(), MaximumMatching(n, third).size == n) << "instance " << i;
    }
    EXPECT_GT(perfect, 50);
}

} // namespace
} // namespace echelon
