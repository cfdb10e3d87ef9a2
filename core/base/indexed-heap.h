// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A min-heap of small integers whose keys can change in place.
 *
 *     IndexedHeap<std::int64_t> heap;
 *     heap.Set(7, 100);  heap.Set(7, 50);        // insert, then lower the key
 *     heap.Top();  heap.Erase(7);
 *
 * Equal keys come out by ascending item. Set, Erase, Pop: O(log n); Contains, Top: O(1). Memory: 4
 * bytes per largest item ever set, and the heap. Four children a node: shallower than binary, and a
 * node's children share a cache line. Boost.Heap offers mutable heaps too, with a heap-allocated
 * node per item; this one is an array.
 */
#pragma once

#include "base/contracts.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace echelon
{

template <class Key>
class IndexedHeap
{
  public:
    struct Entry
    {
        Key key;
        std::uint32_t item;
    };

    bool Empty() const
    {
        return m_heap.empty();
    }

    std::size_t Size() const
    {
        return m_heap.size();
    }

    const Entry& Top() const
    {
        return m_heap.front();
    }

    bool Contains(std::uint32_t item) const
    {
        return item < m_place.size() && m_place[item] != NOWHERE;
    }

    /// Insert the item, or change its key.
    void Set(std::uint32_t item, Key key)
    {
        if (item >= m_place.size())
        {
            m_place.resize(item + 1, NOWHERE);
        }
        std::uint32_t at = m_place[item];
        if (at == NOWHERE)
        {
            at = static_cast<std::uint32_t>(m_heap.size());
            m_heap.push_back({key, item});
            Rise(at, {key, item});
            return;
        }
        const bool lower = key < m_heap[at].key;
        lower ? Rise(at, {key, item}) : Sink(at, {key, item});
    }

    /// Remove the item if present.
    void Erase(std::uint32_t item)
    {
        if (!Contains(item))
        {
            return;
        }
        const std::uint32_t at = m_place[item];
        m_place[item] = NOWHERE;
        const Entry last = m_heap.back();
        m_heap.pop_back();
        if (at < m_heap.size())
        {
            Less(last, m_heap[at]) ? Rise(at, last) : Sink(at, last);
        }
    }

    void Pop()
    {
        ECHELON_REQUIRE(!m_heap.empty(), "an empty heap has no top");
        Erase(m_heap.front().item);
    }

  private:
    static constexpr std::uint32_t NOWHERE = 0xffffffff;
    static constexpr std::uint32_t ARITY = 4;

    static bool Less(const Entry& a, const Entry& b)
    {
        return a.key < b.key || (!(b.key < a.key) && a.item < b.item);
    }

    void Put(std::uint32_t at, const Entry& entry)
    {
        m_heap[at] = entry;
        m_place[entry.item] = at;
    }

    void Rise(std::uint32_t at, const Entry& entry)
    {
        while (at > 0)
        {
            const std::uint32_t parent = (at - 1) / ARITY;
            if (!Less(entry, m_heap[parent]))
            {
                break;
            }
            Put(at, m_heap[parent]);
            at = parent;
        }
        Put(at, entry);
    }

    void Sink(std::uint32_t at, const Entry& entry)
    {
        const auto size = static_cast<std::uint32_t>(m_heap.size());
        for (;;)
        {
            const std::uint32_t first = at * ARITY + 1;
            if (first >= size)
            {
                break;
            }
            std::uint32_t least = first;
            for (std::uint32_t child = first + 1; child < first + ARITY && child < size; ++child)
            {
                if (Less(m_heap[child], m_heap[least]))
                {
                    least = child;
                }
            }
            if (!Less(m_heap[least], entry))
            {
                break;
            }
            Put(at, m_heap[least]);
            at = least;
        }
        Put(at, entry);
    }

    std::vector<Entry> m_heap;
    std::vector<std::uint32_t> m_place; ///< by item: position in m_heap
};

} // namespace echelon
