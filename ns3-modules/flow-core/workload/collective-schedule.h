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
 * O(transfers); all-to-all and ring O(n²).
 */
#pragma once

#include "base/units.h"

#include <cstdint>
#include <string_view>
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
};

/// [begin, end) of the i-th of n parts of `bytes`.
Bytes PartBegin(Bytes bytes, std::uint32_t n, std::uint32_t i);

/// @pre ranks >= 1, bytes >= 0; send-recv: ranks == 2.
CollectiveSchedule MakeSchedule(CollectiveKind kind,
                                CollectiveAlgorithm algorithm,
                                std::uint32_t ranks,
                                Bytes bytes);

/// "all-reduce", "reduce-scatter", …
std::string_view ToText(CollectiveKind kind);

/// The parent of `rank` in the first (tree 0) or second of the two trees over n ranks; itself at
/// the root.
std::uint32_t TreeParent(std::uint32_t tree, std::uint32_t rank, std::uint32_t n);

} // namespace echelon
