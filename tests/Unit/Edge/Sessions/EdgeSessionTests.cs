using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Edges;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Sessions;

/// <summary>An edge that waits for its first silo.</summary>
public sealed class EdgeSessionTests
{
    private readonly ManualTime _time = new();
    private readonly FakeCluster _cluster = new();
    private readonly EdgeSession _session;
    private int _asked;

    public EdgeSessionTests() => _session = new EdgeSession(_cluster, _time, NullLogger<EdgeSession>.Instance);

    private FakeClient Silo => _cluster[EdgeSessions.Key];

    [Fact]
    public async Task It_asks_again_and_again_after_longer_and_longer_pauses()
    {
        Silo.OnOpen = () => ++_asked <= 9
            ? Task.FromException<long>(new SiloUnavailableException("Nobody is there."))
            : Task.FromResult(42L);

        var opening = _session.OpenAsync(CancellationToken.None);

        foreach (var milliseconds in new[] { 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000 })
        {
            await Eventually.True(() => _time.ArmedTimers == 1, "it waits");
            var before = _asked;
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds) - TimeSpan.FromTicks(1));
            Assert.Equal(before, _asked);
            Assert.False(_session.IsOpen);
            _time.Advance(TimeSpan.FromTicks(1));
            await Eventually.True(() => _asked == before + 1, "it asked again");
        }

        await opening.Within();
        Assert.True(_session.IsOpen);
        Assert.Equal(42, _session.Session);
    }

    /// <summary>Guards against a silo that took the question and died with it.</summary>
    [Fact]
    public async Task It_does_not_wait_for_ever_for_one_answer()
    {
        Silo.OnOpen = () => ++_asked == 1 ? new TaskCompletionSource<long>().Task : Task.FromResult(42L);

        var opening = _session.OpenAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.True(() => _time.ArmedTimers == 1, "it pauses");
        _time.Advance(TimeSpan.FromMilliseconds(100));

        await opening.Within();
        Assert.Equal(42, _session.Session);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_ends_the_waiting(bool askedNow)
    {
        Silo.OnOpen = () => askedNow
            ? new TaskCompletionSource<long>().Task
            : Task.FromException<long>(new SiloUnavailableException("Nobody is there."));
        using var stop = new CancellationTokenSource();
        var opening = _session.OpenAsync(stop.Token);
        await Eventually.True(() => _time.ArmedTimers == 1, "it waits");

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.Within());
        Assert.False(_session.IsOpen);
    }

    [Fact]
    public async Task Its_readiness_is_that_it_has_a_session()
    {
        var check = new SessionCheck(_session);
        Assert.Equal("no silo has given a session yet", await check.ProblemAsync(CancellationToken.None));

        await _session.OpenAsync(CancellationToken.None);

        Assert.Null(await check.ProblemAsync(CancellationToken.None));
    }
}
