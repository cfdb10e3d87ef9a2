// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Collective algorithms as lists of transfers: who sends which range of the buffer to whom, when.
 *
 *     CollectiveSchedule s =
 *         MakeSchedule(CollectiveKind::ALL_REDUCE, CollectiveAlgorithm::RING, 8, 1000000);
 *     s.steps;        // 14
 *     s.transfers;    // 8 per step
 *
 * What `bytes` means, as in nccl-tests: the longer of a rank's input and output buffers.
 * - all-reduce: the buffer of each rank, reduced in place
 * - reduce-scatter: the input of each rank; rank r keeps the r-th of n parts
 * - all-gather: the output of each rank; rank r gives the r-th of n parts
 * - broadcast: the buffer; rank 0 is the root
 * - all-to-all: the input of each rank; its j-th part goes to rank j, its own part stays
 * - send-recv: the message from rank 0 to rank 1
 *
 * Bytes that n does not divide: parts differ by at most one byte, and their sum is exact. Empty
 * parts make no transfer.
 *
 * Algorithms (n ranks, S bytes):
 * - ring: 2(n-1) steps of S/n (Patarasu and Yuan, JPDC 2009); reduce-scatter and all-gather are
 *   its halves, n-1 steps each.
 * - halving-doubling: recursive halving, then doubling, 2 log2 n steps (Rabenseifner, ICCS 2004;
 *   Thakur et al., IJHPCA 2005). Unless n is a power of two, the ranks above the next lower one,
 *   2^k, fold: the first 2(n - 2^k) ranks in pairs, a step before and a step after.
 * - tree: double binary tree, half the bytes up and down each of two trees; a rank is inner in one
 *   and a leaf in the other, but for one rank when n is odd (Sanders, Speck, Träff, Parallel
 *   Computing 2009). The tree is that of NCCL's src/graph/trees.cc.
 * - broadcast: a chain 0, 1, … n-1, the ring-pipelined form: with small chunks S/B for any n.
 * - all-to-all: n-1 shifts; in step i rank r sends to rank r + i mod n (SpreadOut).
 *
 * A collective may run in several channels (collective/collective-channels.h), each with its own
 * order of the ranks. Trees, halving-doubling and the chain have each a part of the buffer, rings a
 * part of each rank's part, so that every rank keeps or gives what it does in one ring; channels
 * differ by at most one byte per rank. A chain starts at rank 0 and follows the channel's ring.
 * All-to-all and send-recv have no channels.
 *
 * O(transfers); all-to-all and ring O(n²).
 */
#pragma once

#include "base/units.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace echelon
{

/// What a collective computes.
enum class CollectiveKind
{
    ALL_REDUCE,
    REDUCE_SCATTER,
    ALL_GATHER,
    BROADCAST,
    ALL_TO_ALL,
    SEND_RECV,
};

/// How an all-reduce proceeds; the other kinds have one algorithm each and ignore it.
enum class CollectiveAlgorithm
{
    RING,
    HALVING_DOUBLING,
    TREE,
};

/// Bytes [begin, end) of the collective's buffer from one rank to another.
struct Transfer
{
    std::uint32_t step; ///< from 0; a transfer's inputs arrive in earlier steps
    std::uint32_t source;
    std::uint32_t destination;
    Bytes begin;
    Bytes end;
    std::uint32_t channel = 0;

    Bytes Size() const
    {
        return end - begin;
    }
};

/// The transfers of one collective, by step.
struct CollectiveSchedule
{
    std::vector<Transfer> transfers;
    std::uint32_t steps = 0;
    /// Whether what a rank sends depends on what it received before (not so in all-to-all).
    bool forwards = true;
    /// Whether it depends on nothing but what the rank received in the step before, per channel: so
    /// in rings and chains.
    bool relays = false;
};

/// By channel: the ranks, in the order of its ring, tree or chain.
using RankOrders = std::vector<std::vector<std::uint32_t>>;

/// [begin, end) of the i-th of n parts of `bytes`.
Bytes PartBegin(Bytes bytes, std::uint32_t n, std::uint32_t i);

/// What a channel's ring carries of a rank's part: [begin, end) of the buffer.
std::pair<Bytes, Bytes> RingPart(Bytes bytes,
                                 std::uint32_t ranks,
                                 std::uint32_t rank,
                                 std::uint32_t channels,
                                 std::uint32_t channel);

/// Whether the collective is made of rings: those of an all-reduce and its two halves.
bool IsRing(CollectiveKind kind, CollectiveAlgorithm algorithm);

/// Whether the collective runs in channels: all but all-to-all and send-recv.
bool HasChannels(CollectiveKind kind);

/// Steps of a collective that is made of rings.
std::uint32_t StepsOfRing(CollectiveKind kind, std::uint32_t ranks);

/// One channel. @pre ranks >= 1, bytes >= 0; send-recv: ranks == 2.
CollectiveSchedule MakeSchedule(CollectiveKind kind,
                                CollectiveAlgorithm algorithm,
                                std::uint32_t ranks,
                                Bytes bytes);

/// @pre at least one order, each of the ranks 0 … n-1; one unless HasChannels(kind).
CollectiveSchedule MakeSchedule(CollectiveKind kind,
                                CollectiveAlgorithm algorithm,
                                const RankOrders& orders,
                                Bytes bytes);

/// "all-reduce", "reduce-scatter", …
std::string_view ToText(CollectiveKind kind);

/// The parent of `rank` in the first (tree 0) or second of the two trees over n ranks; itself at
/// the root.
std::uint32_t TreeParent(std::uint32_t tree, std::uint32_t rank, std::uint32_t n);

} // namespace echelon
