// SPDX-License-Identifier: GPL-2.0-only
#include "matching/bipartite-edge-colouring.h"

#include "base/contracts.h"

#include <limits>

namespace echelon
{

constexpr std::uint32_t NONE = std::numeric_limits<std::uint32_t>::max();

BipartiteEdgeColouring::BipartiteEdgeColouring(std::uint32_t leftNodes,
                                               std::uint32_t rightNodes,
                                               std::uint32_t colours)
    : m_leftNodes(leftNodes),
      m_colours(colours),
      m_edgeAt((std::size_t{leftNodes} + rightNodes) * colours, NONE)
{
}

const std::vector<std::uint32_t>&
BipartiteEdgeColouring::Colour(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& edges)
{
    for (std::size_t edge = 0; edge < m_ends.size(); ++edge)
    {
        EdgeAt(m_ends[edge].first, m_colourOf[edge]) = NONE;
        EdgeAt(m_ends[edge].second, m_colourOf[edge]) = NONE;
    }
    m_ends.clear();
    m_colourOf.clear();
    for (const auto& [left, rightIndex] : edges)
    {
        const auto edge = static_cast<std::uint32_t>(m_ends.size());
        const std::uint32_t right = m_leftNodes + rightIndex;
        const std::uint32_t atLeft = FreeColour(left);
        const std::uint32_t atRight = FreeColour(right);
        if (EdgeAt(right, atLeft) != NONE)
        {
            // The path of atLeft and atRight from `right` never comes to `left`: it would arrive
            // there by an edge of colour atLeft, as on every left node.
            ExchangeAlongPath(right, atLeft, atRight);
        }
        m_ends.emplace_back(left, right);
        m_colourOf.push_back(atLeft);
        EdgeAt(left, atLeft) = edge;
        EdgeAt(right, atLeft) = edge;
    }
    return m_colourOf;
}

std::uint32_t
BipartiteEdgeColouring::FreeColour(std::uint32_t node)
{
    for (std::uint32_t colour = 0; colour < m_colours; ++colour)
    {
        if (EdgeAt(node, colour) == NONE)
        {
            return colour;
        }
    }
    ECHELON_REQUIRE(false, "a node has at most as many edges as there are colours");
    return NONE;
}

void
BipartiteEdgeColouring::ExchangeAlongPath(std::uint32_t node,
                                          std::uint32_t first,
                                          std::uint32_t second)
{
    m_path.clear();
    std::uint32_t colour = first;
    for (std::uint32_t edge = EdgeAt(node, colour); edge != NONE; edge = EdgeAt(node, colour))
    {
        m_path.push_back(edge);
        node = m_ends[edge].first == node ? m_ends[edge].second : m_ends[edge].first;
        colour = colour == first ? second : first;
    }
    for (const std::uint32_t edge : m_path)
    {
        EdgeAt(m_ends[edge].first, m_colourOf[edge]) = NONE;
        EdgeAt(m_ends[edge].second, m_colourOf[edge]) = NONE;
    }
    for (const std::uint32_t edge : m_path)
    {
        m_colourOf[edge] = m_colourOf[edge] == first ? second : first;
        EdgeAt(m_ends[edge].first, m_colourOf[edge]) = edge;
        EdgeAt(m_ends[edge].second, m_colourOf[edge]) = edge;
    }
}

} // namespace echelon
