// SPDX-License-Identifier: GPL-2.0-only
#include "workload/gradient-buckets.h"

namespace echelon
{

static std::vector<GradientBucket>
BucketsOf(const GradientCollectives& gradients, const TrainingOptions& options)
{
    return gradients.ranks.size() == 1 ? std::vector<GradientBucket>()
                                       : MakeBuckets(gradients.bytes, options.bucket);
}

std::vector<std::vector<TaskId>>
AddGradientBuckets(TaskGraph& graph,
                   const Topology& topology,
                   const GradientCollectives& gradients,
                   const TrainingOptions& options,
                   const std::function<TaskId(std::size_t, std::size_t)>& gradientOf)
{
    const std::size_t ranks = gradients.ranks.size();
    std::vector<std::vector<TaskId>> reduced(ranks);
    std::size_t index = 0;
    for (const GradientBucket& bucket : BucketsOf(gradients, options))
    {
        std::vector<TaskId> ready;
        for (std::size_t rank = 0; rank < ranks; ++rank)
        {
            const TaskId own = gradientOf(rank, bucket.first);
            const bool follows = options.inOrder && index > 0;
            ready.push_back(follows ? Join(graph, {reduced[rank].back(), own}) : own);
        }
        const GroupIndex group =
            graph.AddGroup({gradients.name + " bucket" + std::to_string(index++),
                            gradients.connection,
                            Arrangement::Coflow(),
                            1.0});
        const std::vector<TaskId> done =
            AddCollective(graph,
                          topology,
                          {gradients.kind, gradients.ranks, bucket.bytes, options.collectives},
                          group,
                          0,
                          ready);
        for (std::size_t rank = 0; rank < ranks; ++rank)
        {
            reduced[rank].push_back(done[rank]);
        }
    }
    return reduced;
}

double
GradientBucketTasks(CollectiveTasks& tasks,
                    const GradientCollectives& gradients,
                    const TrainingOptions& options)
{
    const std::vector<GradientBucket> buckets = BucketsOf(gradients, options);
    const bool waits = options.inOrder && !buckets.empty();
    double sum = waits ? static_cast<double>((buckets.size() - 1) * gradients.ranks.size()) : 0.0;
    for (const GradientBucket& bucket : buckets)
    {
        sum += tasks.Of(gradients.kind, bucket.bytes);
    }
    return sum;
}

} // namespace echelon
