using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class RenewalsTests : IAsyncLifetime
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly FakeCluster _cluster = new();
    private readonly LiveCalls _live = new();
    private readonly ManualTime _time = new();
    private readonly EdgeSession _session;
    private readonly Renewals _renewals;

    public RenewalsTests()
    {
        _session = Some.Session(_cluster);
        _renewals = new Renewals(
            _cluster, _live, Some.Fences(_live, _time), _session,
            Options.Create(new EdgeOptions { RenewPeriod = Period }), _time,
            NullLogger<Renewals>.Instance);
    }

    public async ValueTask InitializeAsync()
    {
        await _session.OpenAsync(CancellationToken.None);
        await _renewals.StartAsync(CancellationToken.None);
        await Eventually.True(() => _time.ArmedTimers == 1, "the renewals have begun");
    }

    [Fact]
    public async Task Every_period_each_client_hears_what_it_is_running()
    {
        Begin("a");
        Begin("a");
        Begin("b");

        for (var round = 0; round < 3; round++)
        {
            _time.Advance(Period);
            var (a, b) = (await Heard("a"), await Heard("b"));

            Assert.Equal((7, 3), (a.EdgeSession, a.UpToSequence));
            Assert.Equal([1, 2], a.Sequences.Order());
            Assert.Equal([3], b.Sequences);
        }
    }

    [Fact]
    public async Task Between_periods_and_without_calls_nobody_is_asked()
    {
        Begin("a");
        _time.Advance(Period - TimeSpan.FromTicks(1));
        Assert.False(_cluster["a"].Renews.Reader.TryRead(out _));

        _live.Remove(Some.Call(sequence: 1, clientId: "a"));
        Begin("b");
        _time.Advance(TimeSpan.FromTicks(1));
        await Heard("b");

        Assert.False(_cluster["a"].Renews.Reader.TryRead(out _));
    }

    /// <summary>
    /// Guards the slot of a call that begins while the lists are taken: it may miss the list, so the report must not
    /// speak for it.
    /// </summary>
    [Fact]
    public async Task A_report_speaks_only_for_calls_that_began_before_its_lists()
    {
        Begin("a");
        Begin("b");
        _cluster["a"].OnRenew = _cluster["b"].OnRenew = _ =>
        {
            Begin("a");
            Begin("b");
            return Task.CompletedTask;
        };

        _time.Advance(Period);
        LiveRequests[] reports = [await Heard("a"), await Heard("b")];

        Assert.All(reports, report => Assert.Equal(2, report.UpToSequence));
        Assert.Contains(reports, report => report.Sequences.Any(sequence => sequence > 2));
    }

    [Fact]
    public async Task A_client_whose_grain_fails_is_told_again_with_the_next_period()
    {
        Begin("a");
        _cluster["a"].OnRenew = _ => Task.FromException(new TimeoutException());

        _time.Advance(Period);
        await Heard("a");
        await Eventually.True(() => _time.ArmedTimers == 1, "the round is over");
        _time.Advance(Period);
        await Heard("a");
    }

    /// <summary>Guards everyone else's slots: one grain that does not answer must not let theirs expire.</summary>
    [Fact]
    public async Task A_grain_that_does_not_answer_holds_up_no_other_client()
    {
        Begin("a");
        Begin("b");
        _cluster["a"].OnRenew = _ => new TaskCompletionSource().Task;

        for (var round = 0; round < 3; round++)
        {
            _time.Advance(Period);
            await Heard("b");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _renewals.StopAsync(CancellationToken.None).Within();
        _renewals.Dispose();
    }

    private void Begin(string clientId) => _live.Add(
        Some.Call(sequence: _session.Next().Sequence, clientId: clientId));

    private Task<LiveRequests> Heard(string clientId) =>
        _cluster[clientId].Renews.Reader.ReadAsync().AsTask().Within();
}
