// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A queue of plain records in one block of memory, which doubles when it is full.
 *
 *     Ring<Segment> queue;
 *     queue.PushBack(segment);
 *     Segment first = queue.Front();  queue.PopFront();
 *
 * Every operation takes O(1); PushBack does so on average, because it sometimes grows the block.
 * Nothing is allocated once the ring has grown to the largest number of records that it ever held.
 */
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

namespace echelon
{

/// A ring buffer.
template <class T>
class Ring
{
    static_assert(std::is_trivially_copyable<T>::value, "rings hold plain records");

  public:
    bool IsEmpty() const
    {
        return m_head == m_tail;
    }

    std::size_t Size() const
    {
        return m_tail - m_head;
    }

    /// @pre not empty.
    const T& Front() const
    {
        return m_items[m_head & m_mask];
    }

    /// @pre not empty.
    const T& Back() const
    {
        return m_items[(m_tail - 1) & m_mask];
    }

    /// The i-th from the front. @pre i < Size().
    const T& At(std::size_t i) const
    {
        return m_items[(m_head + i) & m_mask];
    }

    void PushBack(const T& item)
    {
        if (Size() == m_items.size())
        {
            Grow();
        }
        m_items[m_tail & m_mask] = item;
        ++m_tail;
    }

    /// @pre not empty.
    void PopFront()
    {
        ++m_head;
    }

    /// @pre not empty.
    void PopBack()
    {
        --m_tail;
    }

  private:
    void Grow()
    {
        std::vector<T> larger(m_items.empty() ? 8 : 2 * m_items.size());
        const std::size_t size = Size();
        for (std::size_t i = 0; i < size; ++i)
        {
            larger[i] = At(i);
        }
        m_items.swap(larger);
        m_mask = m_items.size() - 1;
        m_head = 0;
        m_tail = size;
    }

    std::vector<T> m_items; ///< size 0 or a power of two
    std::size_t m_mask = 0;
    std::size_t m_head = 0; ///< counts pops; wraps harmlessly
    std::size_t m_tail = 0; ///< counts pushes
};

} // namespace echelon
