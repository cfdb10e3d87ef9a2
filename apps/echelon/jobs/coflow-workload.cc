// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/coflow-workload.h"

#include "input/text-buffer.h"
#include "jobs/workload-fields.h"
#include "model/workload-spec.h"
#include "taskgraph/task-budget.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace echelon
{

const FieldTable COFLOW{
    "coflow",
    "A shuffle: every mapper sends to every reducer.",
    {{"id", Whole(0, 4294967295), "unique", REQUIRED},
     {"arrival", A_TIME, "0s", "when it starts, after the job's arrival"},
     {"mappers", SPECIAL, "the places that send, at least one", REQUIRED},
     {"reducers",
      SPECIAL,
      "pairs of a place and the bytes that all mappers together send to it, at least one",
      REQUIRED}}};
const FieldTable COFLOWS{"coflows",
                         "A trace of shuffles.",
                         {{"coflows", ListOf("coflow", 1, MAX_COFLOWS), "the shuffles", REQUIRED}},
                         WorkloadFields("coflows")};

static std::uint32_t
LoadPlace(const JsonNode& node, std::int64_t places)
{
    return static_cast<std::uint32_t>(node.Integer(0, places - 1));
}

static TracedCoflow
LoadCoflow(const JsonNode& node, std::int64_t places)
{
    const Fields fields(node, COFLOW);
    TracedCoflow coflow;
    fields.Read("id", coflow.id);
    fields.Read("arrival", coflow.arrival);
    for (const JsonNode& mapper : node.At("mappers").Items(MAX_EXPLICIT_TASKS))
    {
        coflow.mappers.push_back(LoadPlace(mapper, places));
    }
    for (const JsonNode& reducer : node.At("reducers").Items(MAX_EXPLICIT_TASKS))
    {
        if (reducer.ArraySize(2) != 2)
        {
            reducer.Fail("a reducer is a pair", "write for example [65, 1000000]: place, bytes");
        }
        coflow.reducers.push_back({LoadPlace(reducer.Item(0), places), reducer.Item(1).Size(1)});
    }
    for (const char* side : {"mappers", "reducers"})
    {
        if (node.At(side).ArraySize(MAX_EXPLICIT_TASKS) == 0)
        {
            node.At(side).Fail(std::string("there are no ") + side,
                               "a coflow has at least one mapper and one reducer");
        }
    }
    return coflow;
}

static std::int64_t
PlaceIn(const Json& value)
{
    return value.is_number_unsigned()
               ? static_cast<std::int64_t>(
                     std::min<std::uint64_t>(value.get<std::uint64_t>(), MAX_PLACES))
               : 0;
}

CoflowTrace
LoadCoflows(const JsonNode& workload, std::int64_t places)
{
    workload.AllowKeys(COFLOWS.Keys());
    const JsonNode list = workload.At("coflows");
    CoflowTrace trace;
    std::set<std::uint32_t> ids;
    double pairs = 0;
    for (const JsonNode& item : list.Items(MAX_COFLOWS))
    {
        trace.coflows.push_back(LoadCoflow(item.Object(), places));
        const TracedCoflow& coflow = trace.coflows.back();
        if (!ids.insert(coflow.id).second)
        {
            item.At("id").Fail(fmt::format("there are two coflows {}", coflow.id), "renumber one");
        }
        pairs += static_cast<double>(coflow.mappers.size()) *
                 static_cast<double>(coflow.reducers.size());
        if (pairs > MAX_TASKS)
        {
            list.Fail("the coflows have more than 2e7 flows", "use a part of the trace");
        }
    }
    if (trace.coflows.empty())
    {
        list.Fail("there are no coflows", "a job does at least one thing");
    }
    return trace;
}

std::int64_t
PlacesOf(const JsonNode& workload)
{
    std::int64_t last = 0;
    const auto list = workload.Find("coflows");
    if (!list || !list->IsArray())
    {
        return 1;
    }
    for (const Json& coflow : list->Value())
    {
        if (!coflow.is_object())
        {
            continue;
        }
        const auto mappers = coflow.find("mappers");
        if (mappers != coflow.end() && mappers->is_array())
        {
            for (const Json& mapper : *mappers)
            {
                last = std::max(last, PlaceIn(mapper));
            }
        }
        const auto reducers = coflow.find("reducers");
        if (reducers != coflow.end() && reducers->is_array())
        {
            for (const Json& reducer : *reducers)
            {
                last = std::max(last,
                                reducer.is_array() && !reducer.empty() ? PlaceIn(reducer[0]) : 0);
            }
        }
    }
    return last + 1;
}

void
WriteCoflows(const std::string& path, const CoflowTrace& trace, const std::string& description)
{
    TextBuffer out(path);
    out << "{\n\"schema\": \"echelon/workload/1\",\n\"description\": ";
    out.Quoted(description) << ",\n\"kind\": \"coflows\",\n\"coflows\": [";
    const char* next = "\n";
    for (const TracedCoflow& coflow : trace.coflows)
    {
        // Arrivals are read back exactly: picoseconds are what Time counts.
        const std::int64_t ps = coflow.arrival.Picoseconds();
        const bool isWholeMs = ps % 1000000000 == 0;
        out << next << "{\"id\": " << coflow.id << ", \"arrival\": \""
            << (isWholeMs ? ps / 1000000000 : ps) << (isWholeMs ? "ms" : "ps")
            << "\", \"mappers\": [";
        for (std::size_t m = 0; m < coflow.mappers.size(); ++m)
        {
            out << (m == 0 ? "" : ",") << coflow.mappers[m];
        }
        out << "], \"reducers\": [";
        for (std::size_t r = 0; r < coflow.reducers.size(); ++r)
        {
            out << (r == 0 ? "[" : ",[") << coflow.reducers[r].place << ','
                << coflow.reducers[r].bytes << ']';
        }
        out << "]}";
        next = ",\n";
    }
    out << "\n]\n}\n";
    out.Close();
}

} // namespace echelon
