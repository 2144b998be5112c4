using Sluice.SimulatedPool;
using Sluice.SimulatedPool.Batching;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class BatchTimingTests
{
    private static readonly SimulatedPoolOptions Options = new()
    {
        BatchSize = 11,
        PrefillTokensPerSecond = 1000,
        DecodeTokensPerSecond = 50,
        FullBatchSlowdown = 0.5,
    };

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 20)]
    [InlineData(6, 0, 25)]
    [InlineData(11, 0, 30)]
    [InlineData(0, 100, 100)]
    [InlineData(11, 100, 130)]
    public void A_step_takes_longer_the_fuller_the_batch_and_the_longer_the_prompts(
        int decoding, int prefillTokens, int milliseconds)
    {
        var step = new BatchTiming(Options).Step(decoding, prefillTokens);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), step);
    }

    [Fact]
    public void A_rate_of_zero_takes_no_time()
    {
        var prefillOnly = new BatchTiming(Options with { DecodeTokensPerSecond = 0 });
        var decodeOnly = new BatchTiming(Options with { PrefillTokensPerSecond = 0 });

        Assert.Equal(TimeSpan.FromMilliseconds(100), prefillOnly.Step(decoding: 11, prefillTokens: 100));
        Assert.Equal(0, decodeOnly.PrefillTokens(promptTokens: 500));
        Assert.False(prefillOnly.IsInstant || decodeOnly.IsInstant);
        Assert.True(new BatchTiming(SimulatedPoolOptions.Instant).IsInstant);
    }

    [Fact]
    public void A_batch_of_one_is_never_slowed_down()
    {
        var timing = new BatchTiming(Options with { BatchSize = 1 });

        Assert.Equal(TimeSpan.FromMilliseconds(20), timing.Step(decoding: 1, prefillTokens: 0));
    }
}
