// SPDX-License-Identifier: GPL-2.0-only
#include "base/random.h"

#include "base/contracts.h"

#include <cmath>

namespace echelon
{

constexpr std::uint64_t GOLDEN_GAMMA = 0x9e3779b97f4a7c15ULL;

static std::uint64_t
RotateLeft(std::uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

std::uint64_t
Mix64(std::uint64_t x)
{
    x += GOLDEN_GAMMA;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

std::uint64_t
HashText(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text)
    {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return hash;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : m_state()
{
    std::uint64_t x = Mix64(seed) ^ HashText(name);
    for (std::uint64_t& word : m_state)
    {
        word = Mix64(x);
        x += GOLDEN_GAMMA;
    }
}

std::uint64_t
RandomStream::NextBits()
{
    const std::uint64_t result = RotateLeft(m_state[1] * 5, 7) * 9;
    const std::uint64_t t = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= t;
    m_state[3] = RotateLeft(m_state[3], 45);
    return result;
}

double
RandomStream::Uniform()
{
    return static_cast<double>(NextBits() >> 11) * 0x1.0p-53;
}

std::uint64_t
RandomStream::Below(std::uint64_t n)
{
    ECHELON_REQUIRE(n > 0, "the range of a random integer is not empty");
    const std::uint64_t limit = -n % n; // 2^64 mod n: values below it would bias the result
    std::uint64_t bits = NextBits();
    while (bits < limit)
    {
        bits = NextBits();
    }
    return bits % n;
}

double
RandomStream::Exponential(double mean)
{
    return -mean * std::log1p(-Uniform());
}

double
RandomStream::Normal()
{
    constexpr double TWO_PI = 6.283185307179586;
    const double radius = std::sqrt(-2.0 * std::log1p(-Uniform()));
    return radius * std::cos(TWO_PI * Uniform());
}

} // namespace echelon
