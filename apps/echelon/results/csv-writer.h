// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The CSV files of docs/reference/results.md: the rows of one run, without the header line.
 *
 *     WriteCsvRows(folder, {run, label, outcome.record, scenario.topology, scenario.jobs});
 *     for (const CsvFile& file : CsvFiles()) { out << file.header << '\n'; }
 *
 * Each row is written as it is made, so that a file takes no memory however long it gets; about 5
 * million flows a second. Errors: OutputError.
 */
#pragma once

#include "input/text-buffer.h"
#include "run/recorded-run.h"

#include <string>
#include <vector>

namespace echelon
{

/// A file of a results folder, its first line, and what writes the others.
struct CsvFile
{
    std::string name;
    std::string header;
    void (*write)(TextBuffer& out, const RecordedRun& run);
};

/// All CSV files of a results folder.
const std::vector<CsvFile>& CsvFiles();

/// Writes every file of CsvFiles() into the folder.
void WriteCsvRows(const std::string& folder, const RecordedRun& run);

} // namespace echelon
