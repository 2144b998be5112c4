using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Sessions;
using Sluice.Edge.Usage;
using Sluice.Edge.UsageLog;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.UsageLog;

/// <summary>Guards bills: what was used arrives, whatever happens on the way; what cannot be kept is said.</summary>
public sealed class UsageSenderTests : IAsyncDisposable
{
    private readonly FakeCluster _cluster = new();
    private readonly LiveCalls _live = new();
    private readonly ManualTime _time = new();
    private readonly EdgeSession _session;
    private readonly UsageBuffer _buffer;
    private readonly UsageSender _sender;

    public UsageSenderTests()
    {
        var options = Options.Create(new EdgeOptions { UsageEventsMax = 10 });
        var metrics = new UsageMetrics(Some.Meters());
        _session = Some.Session(_cluster);
        _buffer = new UsageBuffer(_session, _live, metrics, options, _time);
        _sender = new UsageSender(
            _cluster, _session, _buffer, metrics, options, _time, NullLogger<UsageSender>.Instance);
    }

    private FakeClient Log => _cluster["7"];

    public async ValueTask DisposeAsync()
    {
        await _sender.StoppedAsync(new CancellationToken(canceled: true)).Within();
        _sender.Dispose();
    }

    [Fact]
    public async Task What_a_call_used_is_told_with_who_called_and_when_it_was_admitted()
    {
        await OpenAsync();
        var at = _time.GetUtcNow() - TimeSpan.FromMinutes(1);
        var call = Ended(1);
        call.Usage = new TokenUsage { Input = 11, Output = 22 };
        call.Decision = FakeClient.Admitted with { AdmittedAt = at, Usage = Terms(metered: false) };

        _buffer.Add(call);
        var batch = await NextAsync();

        var told = Assert.Single(batch.Events);
        Assert.Equal((Some.RequestId(), Some.ClientId, "acme", "gold", "m"),
            (told.RequestId, told.ClientId, told.Tenant, told.Plan, told.Model));
        Assert.Equal((UsageOutcome.Used, 1L, 11L, 22L, at, 1L),
            (told.Outcome, told.Requests, told.InputTokens, told.OutputTokens, told.AdmittedAt, told.Epoch));
    }

    [Fact]
    public async Task A_batch_that_is_not_acknowledged_is_sent_again_and_the_next_one_waits_for_it()
    {
        await OpenAsync();
        Log.OnAppend = () => Task.FromException(new SiloUnavailableException());
        _buffer.Add(Ended(1));
        var first = await NextAsync();
        _buffer.Add(Ended(2));
        var second = await NextAsync();

        Log.OnAppend = () => Task.CompletedTask;
        var (again, next) = (second, second);
        while (next.Number == first.Number)
        {
            (again, next) = (next, await NextAsync());
        }

        Assert.Equal((first.Number, first.Number + 1), (again.Number, next.Number));
        Assert.Equal(first.Events, second.Events);
        Assert.Equal(first.Events, again.Events);
        Assert.Equal(2, Assert.Single(next.Events).RequestId.Sequence);
        await Eventually.True(() => _buffer.Count == 0, "everything is acknowledged");
    }

    [Fact]
    public async Task A_call_that_is_live_keeps_a_batch_from_saying_that_it_is_complete()
    {
        await OpenAsync();
        for (var sequence = 1; sequence <= 5; sequence++)
        {
            _session.Next();
        }

        var call = Some.Call(sequence: 3);
        _live.Add(call);
        var before = await NextAsync();
        _live.Remove(call);
        var after = before;
        while (after.CompleteThrough == before.CompleteThrough)
        {
            after = await NextAsync(); // One may have been made before.
        }

        Assert.Equal((2, 5), (before.CompleteThrough, before.LastSequence));
        Assert.Equal((5, 5), (after.CompleteThrough, after.LastSequence));
    }

    [Fact]
    public async Task An_edge_that_stops_tells_everything_and_that_it_is_over()
    {
        await OpenAsync();
        Log.OnAppend = () => Task.FromException(new SiloUnavailableException());
        _buffer.Add(Ended(1));
        await NextAsync();
        Log.OnAppend = () => Task.CompletedTask;

        await _sender.StoppedAsync(CancellationToken.None).Within();

        var told = new List<UsageBatch>();
        while (Log.Appends.Reader.TryRead(out var batch))
        {
            told.Add(batch);
        }

        Assert.Equal(1, Assert.Single(told[0].Events).RequestId.Sequence);
        Assert.True(told[^1] is { IsLast: true, Events: [] } && told[^1].Number > told[0].Number);
        Assert.Equal(0, _buffer.Count);
    }

    [Fact]
    public async Task Without_room_metered_calls_are_refused_and_others_go_on_unlogged_and_are_counted()
    {
        await _session.OpenAsync(CancellationToken.None).Within();
        var metered = FakeClient.Admitted with { Usage = Terms(metered: true) };
        var other = FakeClient.Admitted with { Usage = Terms(metered: false) };
        for (var sequence = 1; sequence <= 10; sequence++)
        {
            Assert.False(_buffer.MustRefuse(metered));
            _buffer.Add(Ended(sequence));
        }

        Assert.True(_buffer.MustRefuse(metered));
        Assert.True(_buffer.MustRefuse(FakeClient.Admitted));
        Assert.False(_buffer.MustRefuse(other));
        _buffer.Add(Ended(11, other));
        _buffer.Add(Ended(12, metered)); // It ran already.
        Assert.Equal(11, _buffer.Count);

        var batch = _buffer.Next(isLast: false);
        _buffer.Acknowledged(batch.Number);

        Assert.Equal((11, 1), (batch.Events.Length, batch.Dropped));
        Assert.False(_buffer.MustRefuse(metered));
    }

    [Fact]
    public async Task Refused_calls_of_which_no_grain_knows_are_not_logged()
    {
        await OpenAsync();
        var call = Some.Call();

        _buffer.Add(call);

        Assert.Equal(0, _buffer.Count);
        Assert.Empty((await NextAsync()).Events);
    }

    private static UsageTerms Terms(bool metered) => new() { Tenant = "acme", Plan = "gold", Metered = metered };

    private static ModelCall Ended(int sequence, AdmitReply? decision = null)
    {
        var call = Some.Call(sequence: sequence);
        (call.Dispatched, call.IsAsked, call.Decision) = (true, true, decision ?? FakeClient.Admitted);
        return call;
    }

    private async Task OpenAsync()
    {
        await _session.OpenAsync(CancellationToken.None).Within();
        await _sender.StartAsync(CancellationToken.None);
    }

    /// <summary>The next batch that is sent; time goes on until there is one.</summary>
    private async Task<UsageBatch> NextAsync()
    {
        await Eventually.True(() => _time.ArmedTimers > 0, "it waits for the time of the next batch");
        _time.Advance(TimeSpan.FromSeconds(2));
        return await Log.Appends.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within();
    }
}
