// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/alike.h"

#include <algorithm>
#include <tuple>

namespace echelon
{

namespace
{

/// A compute slice on the grid of the file.
struct ComputeSlice
{
    std::uint64_t job;
    std::uint32_t iteration;
    std::uint32_t label;
    std::int64_t start;
    std::int64_t end;
};

/// In order of (job, iteration, label, start).
using ComputeSequence = std::vector<ComputeSlice>;

/// Whether two devices compute the same, all but a tenth of it at the same times.
bool
AreAlike(const ComputeSequence& a, const ComputeSequence& b)
{
    if (a.size() != b.size())
    {
        return false;
    }
    const std::size_t most = a.size() / 10;
    std::size_t different = 0;
    for (std::size_t i = 0; i < a.size() && different <= most; ++i)
    {
        if (std::tuple(a[i].job, a[i].iteration, a[i].label) !=
            std::tuple(b[i].job, b[i].iteration, b[i].label))
        {
            return false;
        }
        different += a[i].start != b[i].start || a[i].end != b[i].end ? 1 : 0;
    }
    return different <= most;
}

/// values[device], which is made if it is not there.
template <class Value>
Value&
ValueAt(std::vector<Value>& values, std::uint32_t device)
{
    if (device >= values.size())
    {
        values.resize(device + std::size_t{1});
    }
    return values[device];
}

/// What each device computes, by device.
std::vector<ComputeSequence>
CollectSequences(const RunRecord& record)
{
    std::vector<ComputeSequence> sequences;
    for (const ComputeRecord& compute : record.computes)
    {
        ValueAt(sequences, compute.device.Value())
            .push_back({compute.job.Value(),
                        compute.iteration,
                        compute.label,
                        Nanoseconds(compute.start),
                        Nanoseconds(compute.end)});
    }
    for (ComputeSequence& sequence : sequences)
    {
        std::sort(sequence.begin(),
                  sequence.end(),
                  [](const ComputeSlice& a, const ComputeSlice& b) {
                      return std::tuple(a.job, a.iteration, a.label, a.start, a.end) <
                             std::tuple(b.job, b.iteration, b.label, b.start, b.end);
                  });
    }
    return sequences;
}

} // namespace

AlikeDevices
FindAlikeDevices(const RunRecord& record, const TracksByDevice& tracks)
{
    std::vector<Bytes> sent;
    for (const FlowRecord& flow : record.flows)
    {
        if (!flow.scaleUp)
        {
            ValueAt(sent, flow.source.Value()) += flow.bytes * flow.multiplicity;
        }
    }
    const std::vector<ComputeSequence> sequences = CollectSequences(record);
    AlikeDevices alike;
    std::vector<std::vector<std::uint32_t>> classes;
    for (const auto& [device, own] : tracks)
    {
        if (device >= sequences.size() || sequences[device].empty())
        {
            alike[device] = {device};
            continue;
        }
        const auto found = std::find_if(classes.begin(), classes.end(), [&](const auto& members) {
            return AreAlike(sequences[members.front()], sequences[device]);
        });
        (found == classes.end() ? classes.emplace_back() : *found).push_back(device);
    }
    for (const std::vector<std::uint32_t>& members : classes)
    {
        std::uint32_t first = members.front();
        for (const std::uint32_t device : members)
        {
            const Bytes most = ValueAt(sent, first);
            first = ValueAt(sent, device) > most ? device : first;
        }
        alike[first] = members;
    }
    return alike;
}

} // namespace echelon
