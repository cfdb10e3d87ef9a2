// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Values by ascending id that are needed for some time only; memory of past ids is given back.
 *
 *     IdWindow<State> states;
 *     states.Add(flow.id.Value()) = state;         // ids ascend; some may be left out
 *     states[flow.id.Value()].rate = 1e9;
 *     states.Release(flow.id.Value());             // once each; it is not asked for again
 *
 * Ids come in blocks of 1,024. A block is freed when all its ids are released or were left out. So
 * memory follows the ids in use, apart from old ones that keep their block and from eight bytes a
 * block. O(1) per call.
 */
#pragma once

#include "base/contracts.h"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace echelon
{

template <class Value>
class IdWindow
{
  public:
    /// @pre larger than all ids before.
    Value& Add(std::size_t id)
    {
        ECHELON_REQUIRE(id >= m_end, "ids ascend");
        for (; m_end <= id; ++m_end)
        {
            if (m_end % SIZE == 0)
            {
                m_blocks.push_back(std::make_unique<Block>());
            }
            if (m_end < id)
            {
                Release(m_end); // left out
            }
        }
        return (*this)[id];
    }

    /// Whether its block is there: of an id that was added, unless it and its neighbours are over.
    bool Has(std::size_t id) const
    {
        return id < m_end && m_blocks[id / SIZE] != nullptr;
    }

    /// @pre added and not released.
    Value& operator[](std::size_t id)
    {
        return m_blocks[id / SIZE]->values[id % SIZE];
    }

    const Value& operator[](std::size_t id) const
    {
        return m_blocks[id / SIZE]->values[id % SIZE];
    }

    void Release(std::size_t id)
    {
        std::unique_ptr<Block>& block = m_blocks[id / SIZE];
        if (--block->left == 0)
        {
            block.reset();
        }
    }

  private:
    static constexpr std::size_t SIZE = 1024;

    struct Block
    {
        std::array<Value, SIZE> values{};
        std::size_t left = SIZE;
    };

    std::vector<std::unique_ptr<Block>> m_blocks;
    std::size_t m_end = 0; ///< one more than the largest id
};

} // namespace echelon
