// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Who sends how many bytes to whom in one all-to-all.
 *
 *     TrafficMatrix dispatch(4);
 *     dispatch.Add(0, 3, 25000000);                  // GPU 0 sends 25 MB to GPU 3
 *     TrafficMatrix combine = dispatch.Transposed();
 *     Bytes busiest = dispatch.BusiestPort();        // max over row and column sums
 *
 * n × n whole bytes, row = sender, column = receiver. The diagonal stays zero: what a GPU keeps
 * uses no network. Sums are exact: all bytes of a matrix together are at most MAX_BYTES, which the
 * loaders see to. Memory 8 n² bytes; O(n²) each but At, Add and Set.
 */
#pragma once

#include "base/units.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// What one participant sends to another.
struct MatrixEntry
{
    std::uint32_t source;
    std::uint32_t destination;
    Bytes bytes;
};

class TrafficMatrix
{
  public:
    /// The most bytes that a whole matrix may hold: 4 × 10^18, below the range of Bytes.
    static constexpr Bytes MAX_BYTES = 4'000'000'000'000'000'000;

    /// All zero. @pre gpus >= 1.
    explicit TrafficMatrix(std::uint32_t gpus);

    std::uint32_t Size() const
    {
        return m_size;
    }

    Bytes At(std::uint32_t source, std::uint32_t destination) const
    {
        return m_bytes[std::size_t{source} * m_size + destination];
    }

    /// On the diagonal nothing happens. @pre bytes >= 0.
    void Set(std::uint32_t source, std::uint32_t destination, Bytes bytes);
    /// On the diagonal nothing happens. @pre bytes >= 0.
    void Add(std::uint32_t source, std::uint32_t destination, Bytes bytes);

    /// Those that are not zero, row by row.
    std::vector<MatrixEntry> Entries() const;
    /// Bytes that each GPU sends.
    std::vector<Bytes> RowSums() const;
    /// Bytes that each GPU receives.
    std::vector<Bytes> ColumnSums() const;
    /// The largest row or column sum: with all ports at rate B no all-to-all ends before 8 times
    /// this over B.
    Bytes BusiestPort() const;
    Bytes Total() const;

    /// The combine of a dispatch.
    TrafficMatrix Transposed() const;
    /// The same traffic with participant i on GPU gpuOf[i]. @pre gpuOf is a permutation.
    TrafficMatrix Permuted(const std::vector<std::uint32_t>& gpuOf) const;
    /// Entry by entry. @pre equal sizes.
    TrafficMatrix Plus(const TrafficMatrix& other) const;

    friend bool operator==(const TrafficMatrix& a, const TrafficMatrix& b)
    {
        return a.m_size == b.m_size && a.m_bytes == b.m_bytes;
    }

  private:
    std::uint32_t m_size;
    std::vector<Bytes> m_bytes; ///< row by row
};

} // namespace echelon
