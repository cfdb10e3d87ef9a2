// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/traffic-matrix.h"

#include "base/contracts.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

TrafficMatrix::TrafficMatrix(std::uint32_t gpus)
    : m_size(gpus),
      m_bytes(std::size_t{gpus} * gpus, 0)
{
    ECHELON_REQUIRE(gpus >= 1, "an all-to-all has participants");
}

void
TrafficMatrix::Set(std::uint32_t source, std::uint32_t destination, Bytes bytes)
{
    ECHELON_REQUIRE(source < m_size && destination < m_size && bytes >= 0,
                    "traffic is not negative, between GPUs of the matrix");
    if (source != destination)
    {
        m_bytes[std::size_t{source} * m_size + destination] = bytes;
    }
}

void
TrafficMatrix::Add(std::uint32_t source, std::uint32_t destination, Bytes bytes)
{
    ECHELON_REQUIRE(bytes >= 0, "traffic is not negative");
    Set(source, destination, At(source, destination) + bytes);
}

std::vector<MatrixEntry>
TrafficMatrix::Entries() const
{
    std::vector<MatrixEntry> entries;
    for (std::uint32_t i = 0; i < m_size; ++i)
    {
        for (std::uint32_t j = 0; j < m_size; ++j)
        {
            if (At(i, j) > 0)
            {
                entries.push_back({i, j, At(i, j)});
            }
        }
    }
    return entries;
}

std::vector<Bytes>
TrafficMatrix::RowSums() const
{
    std::vector<Bytes> sums(m_size, 0);
    for (std::size_t k = 0; k < m_bytes.size(); ++k)
    {
        sums[k / m_size] += m_bytes[k];
    }
    return sums;
}

std::vector<Bytes>
TrafficMatrix::ColumnSums() const
{
    std::vector<Bytes> sums(m_size, 0);
    for (std::size_t k = 0; k < m_bytes.size(); ++k)
    {
        sums[k % m_size] += m_bytes[k];
    }
    return sums;
}

Bytes
TrafficMatrix::BusiestPort() const
{
    const std::vector<Bytes> rows = RowSums();
    const std::vector<Bytes> columns = ColumnSums();
    return std::max(*std::max_element(rows.begin(), rows.end()),
                    *std::max_element(columns.begin(), columns.end()));
}

Bytes
TrafficMatrix::Total() const
{
    return std::accumulate(m_bytes.begin(), m_bytes.end(), Bytes{0});
}

TrafficMatrix
TrafficMatrix::Transposed() const
{
    TrafficMatrix result(m_size);
    for (const auto& [source, destination, bytes] : Entries())
    {
        result.Set(destination, source, bytes);
    }
    return result;
}

TrafficMatrix
TrafficMatrix::Permuted(const std::vector<std::uint32_t>& gpuOf) const
{
    ECHELON_REQUIRE(gpuOf.size() == m_size, "every participant has a GPU");
    std::vector<bool> taken(m_size, false);
    for (const std::uint32_t gpu : gpuOf)
    {
        ECHELON_REQUIRE(gpu < m_size && !taken[gpu], "every participant has a GPU of its own");
        taken[gpu] = true;
    }
    TrafficMatrix result(m_size);
    for (const auto& [source, destination, bytes] : Entries())
    {
        result.Set(gpuOf[source], gpuOf[destination], bytes);
    }
    return result;
}

TrafficMatrix
TrafficMatrix::Plus(const TrafficMatrix& other) const
{
    ECHELON_REQUIRE(other.m_size == m_size, "matrices of one size are added");
    TrafficMatrix result(m_size);
    for (std::size_t k = 0; k < m_bytes.size(); ++k)
    {
        result.m_bytes[k] = m_bytes[k] + other.m_bytes[k];
    }
    return result;
}

} // namespace echelon
