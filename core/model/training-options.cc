// SPDX-License-Identifier: GPL-2.0-only
#include "model/training-options.h"

#include <algorithm>

namespace echelon
{

std::vector<ParameterSpec>
Joined(std::vector<ParameterSpec> first, const std::vector<ParameterSpec>& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

std::vector<ParameterSpec>
TrainingParameters()
{
    const std::vector<ParameterSpec> own{
        {"micro_batch",
         ParameterType::INTEGER,
         "1",
         "samples (sequences) of one micro-batch of one replica"},
        {"value_bytes",
         ParameterType::INTEGER,
         "2",
         "bytes of one activation, weight or gradient on the network; bf16: 2"},
        {"bucket",
         ParameterType::BYTES,
         "25MB",
         "gradients of consecutive layers travel together once they hold this much"},
        {"in_order",
         ParameterType::BOOLEAN,
         "true",
         "collectives of one communicator run one after the other, as NCCL runs them"},
        {"optimizer_time",
         ParameterType::TIME,
         "0s",
         "time of the optimiser's step on each device at the end of an iteration"}};
    return Joined(Joined(own, ComputeParameters()), CollectiveParameters());
}

TrainingOptions
TrainingOptionsOf(const ParameterSet& parameters)
{
    TrainingOptions options;
    options.compute = ComputeModelOf(parameters);
    options.collectives = CollectiveStyleOf(parameters);
    options.microBatch = CountOf(parameters, "micro_batch");
    options.valueBytes = CountOf(parameters, "value_bytes");
    if (options.valueBytes > 8)
    {
        throw ParameterError("value_bytes",
                             "a value has at most 8 bytes",
                             "2 for bf16, 4 for fp32");
    }
    options.bucket = parameters.GetBytes("bucket");
    options.inOrder = parameters.GetBoolean("in_order");
    options.optimizer = parameters.GetTime("optimizer_time");
    if (options.optimizer < Time() || options.optimizer > MAX_COMPUTE_TIME)
    {
        throw ParameterError("optimizer_time",
                             "the time is not between 0 and 100 s",
                             "0s leaves the optimiser out");
    }
    return options;
}

std::vector<GradientBucket>
MakeBuckets(const std::vector<Bytes>& gradients, Bytes limit)
{
    std::vector<GradientBucket> buckets;
    bool open = false;
    for (std::size_t i = gradients.size(); i-- > 0;)
    {
        if (gradients[i] == 0)
        {
            continue;
        }
        if (!open)
        {
            buckets.push_back({i, i, 0});
        }
        buckets.back().first = i;
        buckets.back().bytes += gradients[i];
        open = buckets.back().bytes < limit;
    }
    return buckets;
}

TaskId
Join(TaskGraph& graph, const std::vector<TaskId>& tasks)
{
    if (tasks.size() == 1)
    {
        return tasks.front();
    }
    const TaskId joined = graph.AddBarrier();
    for (const TaskId task : tasks)
    {
        graph.AddDependency(task, joined);
    }
    return joined;
}

} // namespace echelon
