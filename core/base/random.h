// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Named random streams: the same seed and name give the same numbers on every platform, and a new
 * stream moves no other.
 *
 *     RandomStream stream(seed, "placement/job-a");
 *     double u = stream.Uniform();               // in [0, 1)
 *     stream.Shuffle(devices);
 *
 * Generator: xoshiro256** (Blackman and Vigna, 2018), seeded by SplitMix64 from the seed and the
 * FNV-1a hash of the name. The standard library's distributions differ between implementations, so
 * the few needed are written here.
 */
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace echelon
{

/// One step of SplitMix64; also a good 64-bit mixing function.
std::uint64_t Mix64(std::uint64_t x);
/// FNV-1a of a text.
std::uint64_t HashText(std::string_view text);

/// A reproducible stream of random numbers.
class RandomStream
{
  public:
    RandomStream(std::uint64_t seed, std::string_view name);

    std::uint64_t NextBits();
    /// Uniform in [0, 1), 53 bits.
    double Uniform();
    /// Uniform integer in [0, n). @pre n > 0. Without bias (rejection).
    std::uint64_t Below(std::uint64_t n);
    /// Exponential with the given mean.
    double Exponential(double mean);
    /// Standard normal (Box–Muller, one value per call).
    double Normal();

    /// Fisher–Yates.
    template <class T>
    void Shuffle(std::vector<T>& items)
    {
        for (std::size_t i = items.size(); i > 1; --i)
        {
            std::swap(items[i - 1], items[Below(i)]);
        }
    }

  private:
    std::array<std::uint64_t, 4> m_state;
};

} // namespace echelon
