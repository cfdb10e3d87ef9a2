// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One line of studies/aurora/data/aurora.csv.
 *
 *     PrintHeader();
 *     Print({"order", "limoe", "B/32 COCO L5", 1, "aurora", "exclusive", 0.41, 0.35, 0.35});
 *
 * Times in seconds. What a line does not have is left empty.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace study
{

struct Row
{
    std::string part;    ///< of the study: one function of study-parts.h
    std::string traffic; ///< "limoe", "routing-64", "routing-8", "skewed", "zipf"
    std::string name;    ///< of the layer or of the pair of layers
    std::uint64_t seed = 0;
    std::string contender;
    std::string variant;              ///< contention model, reading, or part mixed in
    double time = 0;                  ///< of the layer; of one all-to-all where there is no layer
    std::optional<double> allToAll{}; ///< dispatch and combine
    std::optional<double> bound{};    ///< of dispatch and combine
    std::optional<double> utilisation{};
    std::optional<std::size_t> stages{}; ///< of the dispatch
    std::optional<std::size_t> transmissions{};
};

void PrintHeader();
void Print(const Row& row);

} // namespace study
