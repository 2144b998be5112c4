using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Chunks;
using Sluice.Edge.Sessions;
using Sluice.Edge.UsageLog;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.UsageLog;

/// <summary>Guards bills: of a chunk that went back too late nobody is charged what was not spent.</summary>
public sealed class LateChunkTests : IDisposable
{
    private const int Busy = 125; // In 250 ms, where 500 a second are busy.

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly LiveCalls _live = new();
    private readonly EdgeSession _session;
    private readonly UsageBuffer _usage;
    private readonly ClientChunks _chunks;
    private readonly Completions _completions;
    private readonly Decisions _decisions;

    public LateChunkTests()
    {
        var options = Options.Create(new EdgeOptions());
        _session = Some.Session(_cluster);
        _usage = new UsageBuffer(_session, _live, new UsageMetrics(Some.Meters()), options, _time);
        _chunks = new ClientChunks(_cluster, options, _time, NullLogger<ClientChunks>.Instance, _usage);
        _completions = new Completions(_cluster, _live, options, _time, NullLogger<Completions>.Instance);
        _decisions = Some.Decisions(_cluster, _completions, _chunks, _live, options, _time);
        _cluster.Client.OnAdmit = request => Task.FromResult(FakeClient.Admitted with
        {
            Chunk = request.ChunkDemand == 0
                ? null
                : new ChunkGrant { Number = 7, Requests = [40], Lifetime = TimeSpan.FromMilliseconds(498) },
        });
    }

    public void Dispose()
    {
        _completions.Dispose();
        _chunks.Dispose();
    }

    [Theory]
    [InlineData(300, 0)]
    [InlineData(400, 1)]
    public async Task A_chunk_whose_return_may_have_come_too_late_is_logged_as_not_spent(int answeredAfter, int logged)
    {
        await _session.OpenAsync(CancellationToken.None).Within();
        for (var sequence = 1; sequence <= Busy; sequence++)
        {
            await _decisions.AskAsync(Some.Call(sequence: sequence), CancellationToken.None);
        }

        var heard = new TaskCompletionSource();
        _cluster.Client.OnComplete = () => heard.Task;
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await _cluster.Client.Completes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within();
        _time.Advance(TimeSpan.FromMilliseconds(answeredAfter));
        heard.SetResult();

        await Eventually.True(() => _usage.Count == logged, "what its owner may not have heard is in the log");
        var told = _usage.Next(isLast: false).Events;
        Assert.All(told, one => Assert.Equal((-7L, 0L), (one.RequestId.Sequence, one.Requests)));
        Assert.Equal(logged, told.Length);
    }
}
