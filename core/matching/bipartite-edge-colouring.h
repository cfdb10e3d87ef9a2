// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Colours the edges of a bipartite multigraph so that edges that meet have different colours.
 *
 *     BipartiteEdgeColouring colouring(leaves, leaves, 4);      // 4 colours
 *     const std::vector<std::uint32_t>& colour = colouring.Colour({{0, 1}, {0, 2}, {3, 1}});
 *
 * As many colours suffice as the largest number of edges at a node (Kőnig, "Über Graphen und ihre
 * Anwendung auf Determinantentheorie und Mengenlehre", Math. Ann. 77, 1916). The constructive
 * proof: an edge takes a colour free at both ends; if there is none, the path of the two colours
 * free at either end exchanges them, which in a bipartite graph frees one colour at both ends.
 * O(edges × (nodes + edges at a node)); memory, nodes × colours, is kept between calls.
 */
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace echelon
{

class BipartiteEdgeColouring
{
  public:
    BipartiteEdgeColouring(std::uint32_t leftNodes,
                           std::uint32_t rightNodes,
                           std::uint32_t colours);

    /// @param edges (left node, right node); parallel edges are distinct. @pre no node has more
    /// edges than there are colours.
    /// @returns the colour of each edge, valid until the next call.
    const std::vector<std::uint32_t>& Colour(
        const std::vector<std::pair<std::uint32_t, std::uint32_t>>& edges);

  private:
    /// The edge of a colour at a node, in m_edgeAt.
    std::uint32_t& EdgeAt(std::uint32_t node, std::uint32_t colour)
    {
        return m_edgeAt[std::size_t{node} * m_colours + colour];
    }

    std::uint32_t FreeColour(std::uint32_t node);
    /// Exchanges the two colours along the path that leaves `node` with colour `first`.
    void ExchangeAlongPath(std::uint32_t node, std::uint32_t first, std::uint32_t second);

    std::uint32_t m_leftNodes;
    std::uint32_t m_colours;
    std::vector<std::uint32_t> m_edgeAt; ///< by node (left, then right) and colour; or NONE
    std::vector<std::pair<std::uint32_t, std::uint32_t>> m_ends; ///< nodes of each edge
    std::vector<std::uint32_t> m_colourOf;
    std::vector<std::uint32_t> m_path;
};

} // namespace echelon
