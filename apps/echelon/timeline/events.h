// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Writes the events of one run in the Chrome trace format, one on each line.
 *
 *     TimelineEvents events(path, run);
 *     events.NameDevice(0, {0});
 *     events.Add(slice);
 *     events.Close();
 *
 * Lines are joined by ",\n", and the file ends without a line break. Errors: OutputError.
 */
#pragma once

#include "input/text-buffer.h"
#include "run/recorded-run.h"
#include "timeline/groups.h"
#include "timeline/slices.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echelon
{

class TimelineEvents
{
  public:
    TimelineEvents(const std::string& path, const RecordedRun& run);

    /// A device, and those that it stands for.
    void NameDevice(std::uint32_t device, const std::vector<std::uint32_t>& alike);
    void NameTracks(std::uint32_t device, const Tracks& tracks);
    void NameGroups(std::uint32_t lanes);
    void NameLinks();

    void Add(const Slice& slice);
    void Add(const GroupBar& bar);
    /// An arrow between slices in the file. @param number differs between the arrows of a run.
    void AddArrow(const Slice& from, const Slice& to, std::uint64_t number);
    void Add(const LinkRateRecord& change);

    void Close();

  private:
    /// The pid of a device; after the devices come the EchelonFlows and the links.
    std::uint64_t Pid(std::uint64_t device) const;
    std::uint64_t GroupsPid() const;
    std::uint64_t LinksPid() const;

    TextBuffer& Begin(const char* phase, std::uint64_t pid);
    TextBuffer& BeginProcess(std::uint64_t pid, const std::string& what);
    void EndProcess(std::uint64_t pid);
    void NameTrack(std::uint64_t pid, std::uint32_t track, const std::string& name);
    void EndArrow(const char* phase, const Slice& at, std::int64_t time, std::uint64_t id);

    TextBuffer m_out;
    const RecordedRun& m_run;
    bool m_first = true;
    std::vector<std::string> m_jobNames;            ///< by JobId, quoted
    std::vector<std::vector<std::string>> m_labels; ///< by JobId and label, quoted
};

} // namespace echelon
