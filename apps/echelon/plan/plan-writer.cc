// SPDX-License-Identifier: GPL-2.0-only
#include "plan/plan-writer.h"

#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace echelon
{

namespace fs = std::filesystem;

/// Runs `write`; errors name `path`, the file that was asked for, not its draft.
template <class Write>
static void
Naming(const std::string& path, const std::string& draft, const Write& write)
{
    try
    {
        write();
    }
    catch (const OutputError& error)
    {
        const std::string text = error.what();
        const bool namesDraft = text.compare(0, draft.size(), draft) == 0;
        throw OutputError(namesDraft ? path + text.substr(draft.size()) : text);
    }
}

PlanWriter::PlanWriter(std::string path, const nlohmann::ordered_json& head)
    : m_path(std::move(path)),
      m_draft(fmt::format("{}.part-{}", m_path, getpid())),
      m_removed(m_draft)
{
    std::error_code ignored;
    if (fs::exists(m_path, ignored) && !fs::is_regular_file(m_path, ignored))
    {
        throw OutputError(m_path + " is there and is not a file");
    }
    Naming(m_path, m_draft, [this] { m_out.emplace(m_draft); });
    nlohmann::ordered_json start = head;
    start.erase("orders");
    std::string text = start.dump(1);
    text.resize(text.size() - 2); // line feed and brace
    *m_out << text << ",\n \"orders\": [";
}

PlanWriter::~PlanWriter()
{
    if (m_out)
    {
        std::error_code ignored;
        fs::remove(m_draft, ignored);
    }
}

void
PlanWriter::Order(const PlannedOrder& planned, const nlohmann::ordered_json& figures)
{
    Naming(m_path, m_draft, [&] { Write(planned, figures); });
}

void
PlanWriter::Write(const PlannedOrder& planned, const nlohmann::ordered_json& figures)
{
    TextBuffer& out = *m_out;
    std::string text = figures.dump();
    text.pop_back();
    out << (m_first ? "\n  " : ",\n  ") << text << ", \"transmissions\": [";
    m_first = false;
    std::size_t number = 0;
    for (std::size_t stage = 0; stage < planned.plan.stages.size(); ++stage)
    {
        for (const Transmission& one : planned.plan.stages[stage].transmissions)
        {
            const TransmissionSpan& time = planned.timing.transmissions[number];
            out << (number == 0 ? "\n   " : ",\n   ") << "{\"stage\": " << stage
                << ", \"source\": " << one.source << ", \"destination\": " << one.destination
                << ", \"bytes\": " << one.bytes << ", \"start_s\": ";
            out.Seconds(time.start) << ", \"end_s\": ";
            out.Seconds(time.end);
            if (one.target != one.destination)
            {
                out << ", \"target\": " << one.target;
            }
            if (one.spine)
            {
                out << ", \"spine\": " << *one.spine;
            }
            out << '}';
            ++number;
        }
    }
    out << "]}";
}

void
PlanWriter::Publish()
{
    Naming(m_path, m_draft, [this] {
        *m_out << "\n ]\n}\n";
        m_out->Close();
    });
    std::error_code error;
    fs::rename(m_draft, m_path, error);
    if (error)
    {
        throw OutputError(m_path + " cannot be written: " + error.message());
    }
    m_out.reset();
}

} // namespace echelon
