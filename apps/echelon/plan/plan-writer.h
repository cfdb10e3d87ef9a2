// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Writes a file of whole plans: the document echelon/plan/1 with every transmission.
 *
 *     PlanWriter writer("plan.json", PlanHead(subject));
 *     writer.Order(planned, OrderFigures(planned, subject));
 *     writer.Publish();                    // before that nothing stands under the name
 *
 * Order by order, so that only one plan is in memory. Errors: OutputError, which names the file;
 * one that cannot be written at all is refused by the constructor.
 */
#pragma once

#include "input/text-buffer.h"
#include "plan/plan-report.h"
#include "support/signals.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace echelon
{

class PlanWriter
{
  public:
    PlanWriter(std::string path, const nlohmann::ordered_json& head);
    /// Removes what was not published.
    ~PlanWriter();
    PlanWriter(const PlanWriter&) = delete;
    PlanWriter& operator=(const PlanWriter&) = delete;

    void Order(const PlannedOrder& planned, const nlohmann::ordered_json& figures);
    void Publish();

  private:
    void Write(const PlannedOrder& planned, const nlohmann::ordered_json& figures);

    std::string m_path;
    std::string m_draft; ///< beside it, so that the rename stays on one file system
    RemovedOnInterrupt m_removed;
    std::optional<TextBuffer> m_out;
    bool m_first = true;
};

} // namespace echelon
