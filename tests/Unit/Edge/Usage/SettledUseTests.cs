using System.Text;
using Sluice.Edge.Calls;
using Sluice.Edge.Usage;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Estimates;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

/// <summary>Every way a call can end has a figure: what it used, and how surely that is known.</summary>
public sealed class SettledUseTests
{
    private const string Word = "data: {\"choices\":[{\"delta\":{\"content\":\"some\"}}]}\n\n";
    private const string Reported =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22}}\n\n";

    private const string End = "data: [DONE]\n\n";

    private readonly ModelCall _call = Call();

    [Fact]
    public void A_call_that_no_pool_saw_used_nothing()
    {
        _call.Dispatched = false;

        Assert.Equal(new SettledUse(UsageCertainty.NothingUsed, 0, 0), SettledUse.Of(_call));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(503)]
    public void A_call_that_the_pool_refused_used_nothing(int status)
    {
        _call.PoolStatus = status;

        Assert.Equal(new SettledUse(UsageCertainty.NothingUsed, 0, 0), SettledUse.Of(_call));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(504)]
    public void A_call_that_a_pool_may_have_worked_on_used_its_input(int status)
    {
        _call.PoolStatus = status;

        Assert.Equal(new SettledUse(UsageCertainty.Estimated, 100, 0), SettledUse.Of(_call));
    }

    [Fact]
    public async Task A_stream_that_says_what_it_used_used_that()
    {
        await Relay(Word + Word + Reported + End, PoolEnd.Whole);

        Assert.Equal(new SettledUse(UsageCertainty.Reported, 11, 22), SettledUse.Of(_call));
    }

    /// <summary>Guards against evasion: hanging up before the last chunk is no way to a free answer.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_is_cut_used_its_input_and_what_was_seen(bool broken)
    {
        await Relay(Word + Word + Word, broken ? PoolEnd.Broken : PoolEnd.Whole);

        Assert.Equal(new SettledUse(UsageCertainty.Estimated, 100, 3), SettledUse.Of(_call));
    }

    [Fact]
    public async Task A_stream_of_a_pool_that_says_nothing_used_its_input_and_what_was_seen()
    {
        await Relay(Word + Word + End, PoolEnd.Whole);

        Assert.Equal(new SettledUse(UsageCertainty.Estimated, 100, 2), SettledUse.Of(_call));
    }

    [Fact]
    public void The_grain_is_told()
    {
        _call.Usage = new TokenUsage(11, 22);

        Assert.Equal(
            new Completion(Some.RequestId(), CompletionOutcome.Dispatched)
            {
                InputTokens = 11, OutputTokens = 22, Certainty = UsageCertainty.Reported,
            },
            SettledUse.Of(_call).ToCompletion(Some.RequestId(), CompletionOutcome.Dispatched));
    }

    private async Task Relay(string stream, PoolEnd end)
    {
        _call.PoolStatus = 200;
        var exchange = new Exchange(_call);
        using var idle = new CancellationTokenSource();
        using var source = new Sluice.Edge.Pools.PoolBody(
            new PoolStream(Encoding.UTF8.GetBytes(stream), end), TimeSpan.FromMinutes(1), idle, new ManualTime());
        await StreamRelay.RelayAsync(exchange.Context, _call, source);
    }

    private static ModelCall Call()
    {
        var call = Some.Call(stream: true);
        call.Dispatched = true;
        call.Body = call.Body with { Input = new InputEstimate(100, 0, 0) };
        return call;
    }
}
