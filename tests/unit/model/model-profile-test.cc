// SPDX-License-Identifier: GPL-2.0-only
#include "model/model-profile.h"

#include "base/parameters.h"
#include "model/compute-time.h"
#include "support/model-dims.h"

namespace echelon
{
namespace
{

TEST(ModelProfile, Llama2HasThePublishedNumberOfParameters)
{
    // 7B: 32 (4·4096² + 3·4096·11008 + 2·4096) + 2·32000·4096 + 4096 = 6,738,415,616.
    EXPECT_EQ(ParameterCount(Llama2With(32, 4096, 32, 32, 11008)), 6738415616);
    // 70B: keys and values are 8/64 as wide: 80 (2·8192² + 2·8192·1024 + 3·8192·28672 + 2·8192)
    // + 2·32000·8192 + 8192 = 68,976,648,192.
    EXPECT_EQ(ParameterCount(Llama2With(80, 8192, 64, 8, 28672)), 68976648192);
}

TEST(ModelProfile, MixtralHasThePublishedNumberOfParameters)
{
    // 46.7 billion: 32 (2·4096² + 2·4096·1024 + 8·3·4096·14336 + 8·4096 + 2·4096)
    // + 2·32000·4096 + 4096 = 46,702,792,704.
    EXPECT_EQ(ParameterCount(Mixtral()), 46702792704);
    // A token uses two of eight experts.
    EXPECT_EQ(BlockParameters(Mixtral()) - SharedParameters(Mixtral()),
              8 * ExpertParameters(Mixtral()));
}

TEST(ModelProfile, HeadsMayBeWiderThanTheHiddenWidthDividedByThem)
{
    // Qwen3-235B-A22B: 64 query and 4 key-value heads of 128 with hidden 4096, so queries are 8192
    // wide and keys and values 512. Attention 2·4096 (8192 + 512) = 71,303,168, two normalisations
    // 2·4096, an expert 3·4096·1536 = 18,874,368, a router 4096 values an expert. With two experts
    // a block has 109,068,288; with its 128 and 94 blocks, 2·151936·4096 for embedding and output,
    // and the last normalisation 235.09e9.
    TransformerDims dims = Llama2With(94, 4096, 64, 4, 1536);
    dims.headDim = 128;
    dims.vocabulary = 151936;
    dims.experts = 2;
    dims.topK = 1;
    EXPECT_EQ(BlockParameters(dims), 109068288);
    dims.experts = 128;
    dims.topK = 8;
    EXPECT_EQ(ParameterCount(dims), 235093610496);
    // Projections cost two operations a weight, scores and their product with the values 4 s² h_q.
    const double s = static_cast<double>(dims.sequence);
    EXPECT_DOUBLE_EQ(AttentionFlops(dims), s * (2.0 * 71303168 + 4 * s * 8192));
    // Heads need not divide the hidden width then.
    dims.heads = 60;
    EXPECT_NO_THROW(CheckModel(ModelProfile{"m", dims, {}}));
    dims.headDim.reset();
    EXPECT_THROW(CheckModel(ModelProfile{"m", dims, {}}), ParameterError);
    dims.headDim = 0;
    EXPECT_THROW(CheckModel(ModelProfile{"m", dims, {}}), ParameterError);
}

TEST(ModelProfile, TheUsualHeadWidthChangesNothing)
{
    TransformerDims dims = Mixtral();
    dims.biases = true;
    TransformerDims spelt = dims;
    spelt.headDim = dims.hidden / dims.heads;
    EXPECT_EQ(ParameterCount(spelt), ParameterCount(dims));
    EXPECT_EQ(AttentionFlops(spelt), AttentionFlops(dims));
}

TEST(ModelProfile, BiasesPositionsAndTiedEmbeddingsCount)
{
    // BERT-large: a block has 4 (1024² + 1024) + 2·1024·4096 + 4096 + 1024 + 4·1024 = 12,596,224;
    // 24 of them, (30522 + 512)·1024 and the last normalisation 2·1024: 334,090,240.
    // (The published 335,141,888 add a pooler, 1024² + 1024, and two segment embeddings.)
    TransformerDims dims;
    dims.layers = 24;
    dims.hidden = 1024;
    dims.heads = dims.kvHeads = 16;
    dims.ffnHidden = 4096;
    dims.vocabulary = 30522;
    dims.sequence = 512;
    dims.learnedPositions = 512;
    dims.tiedEmbeddings = true;
    dims.biases = true;
    EXPECT_EQ(BlockParameters(dims), 12596224);
    EXPECT_EQ(ParameterCount(dims), 334090240);
    EXPECT_EQ(334090240 + 1024 * 1024 + 1024 + 2 * 1024, 335141888);
}

TEST(ModelProfile, FlopsFollowNarayanan)
{
    // Without gated networks and with full heads, one block and sequence: 24 s h² + 4 s² h.
    const TransformerDims dims = Small();
    const double s = static_cast<double>(dims.sequence);
    const double h = static_cast<double>(dims.hidden);
    EXPECT_DOUBLE_EQ(AttentionFlops(dims) + FfnFlops(dims), 24 * s * h * h + 4 * s * s * h);
    EXPECT_DOUBLE_EQ(OutputFlops(dims), 2 * s * h * static_cast<double>(dims.vocabulary));
}

TEST(ModelProfile, LayersOfATransformerAddUp)
{
    const std::vector<LayerProfile> layers = LayersOf(ModelProfile{"m", Small(), {}});
    std::int64_t parameters = 0;
    for (const LayerProfile& layer : layers)
    {
        parameters += layer.parameters;
    }
    EXPECT_EQ(layers.size(), static_cast<std::size_t>(Small().layers) + 2);
    EXPECT_EQ(parameters, ParameterCount(Small()));
}

TEST(ModelProfile, RefusesDimensionsThatDoNotFit)
{
    const auto parameterOf = [](TransformerDims dims) -> std::string {
        try
        {
            CheckModel(ModelProfile{"m", dims, {}});
        }
        catch (const ParameterError& error)
        {
            return error.Parameter();
        }
        return "";
    };
    EXPECT_EQ(parameterOf(Small()), "");
    TransformerDims dims = Small();
    dims.heads = 3;
    EXPECT_EQ(parameterOf(dims), "transformer/heads");
    dims = Small();
    dims.kvHeads = 3;
    EXPECT_EQ(parameterOf(dims), "transformer/kv_heads");
    dims = Small();
    dims.topK = 2;
    EXPECT_EQ(parameterOf(dims), "transformer/top_k");
    dims = Small();
    dims.layers = 0;
    EXPECT_EQ(parameterOf(dims), "transformer/layers");
    EXPECT_THROW(CheckModel(ModelProfile{"m", std::nullopt, {}}), ParameterError);
    EXPECT_THROW(CheckModel(ModelProfile{"m", std::nullopt, {{"a", 1, 1}, {"a", 1, 1}}}),
                 ParameterError);
}

TEST(ComputeTime, IsFlopsOverPeakTimesUtilisation)
{
    // 8e12 operations at 0.4 of 100 Tflop/s: 0.2 s forward, 0.4 s backward.
    const ComputeModel model{100e12, 0.4, 2.0};
    EXPECT_EQ(model.Forward(8e12), Time::FromSeconds(0.2));
    EXPECT_EQ(model.Backward(8e12), Time::FromSeconds(0.4));
    // Measured times win; a missing backward time is the ratio times the measured forward time.
    EXPECT_EQ(model.Forward(8e12, Time::FromSeconds(1)), Time::FromSeconds(1));
    EXPECT_EQ(model.Backward(8e12, Time::FromSeconds(1), std::nullopt), Time::FromSeconds(2));
    EXPECT_EQ(model.Backward(8e12, Time::FromSeconds(1), Time::FromSeconds(3)),
              Time::FromSeconds(3));
    EXPECT_THROW(model.Forward(1e18), ParameterError);
}

} // namespace
} // namespace echelon
