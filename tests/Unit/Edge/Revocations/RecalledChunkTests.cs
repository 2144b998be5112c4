using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Credentials;
using Sluice.Edge.Revocations;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Revocations;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Revocations;

/// <summary>Guards A3: a chunk outlives no change of which its edge has heard, and no silence.</summary>
public sealed class RecalledChunkTests : IDisposable
{
    private const int Busy = 125;
    private const int Granted = 1_000;

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly RevocationFeed _feed;
    private readonly ClientChunks _chunks;
    private readonly Completions _completions;
    private readonly Decisions _decisions;
    private PolicyStamp _stamp = new()
    {
        ClientChange = 3, Tenant = "acme", TenantVersion = 4, Plan = "gold", PlanVersion = 5,
    };

    private long _lastSequence;

    public RecalledChunkTests()
    {
        var options = Options.Create(new EdgeOptions());
        _feed = new RevocationFeed(_time);
        _chunks = new ClientChunks(_cluster, options, _time, NullLogger<ClientChunks>.Instance, usage: null, _feed);
        _completions = new Completions(_cluster, new LiveCalls(), options, _time, NullLogger<Completions>.Instance);
        _decisions = Some.Decisions(_cluster, _completions, _chunks, new LiveCalls(), options, _time);
        _cluster.Client.OnAdmit = request => Task.FromResult(request.ChunkDemand > 0 ? Grant() : FakeClient.Admitted);
    }

    public void Dispose()
    {
        _completions.Dispose();
        _chunks.Dispose();
    }

    [Theory]
    [InlineData(RevocationKind.KeyVersion, Some.ClientId, 1, true)]
    [InlineData(RevocationKind.KeyVersion, Some.ClientId, 2, false)]
    [InlineData(RevocationKind.Client, Some.ClientId, 4, true)]
    [InlineData(RevocationKind.ClientPolicy, Some.ClientId, 4, true)]
    [InlineData(RevocationKind.ClientPolicy, Some.ClientId, 3, false)]
    [InlineData(RevocationKind.ClientPolicy, "ABCDEFGHIJKL", 4, false)]
    [InlineData(RevocationKind.TenantPolicy, "acme", 5, true)]
    [InlineData(RevocationKind.TenantPolicy, "acme", 4, false)]
    [InlineData(RevocationKind.PlanPolicy, "gold", 6, true)]
    [InlineData(RevocationKind.PlanPolicy, "free", 6, false)]
    public async Task A_change_ends_the_chunks_that_were_granted_before_it_and_gives_back_the_rest(
        object kind, string subject, long number, bool ends)
    {
        _feed.Hear();
        await BeBusy();
        await Ask();
        var asked = _cluster.Client.Admits.Count;

        Apply(((RevocationKind)kind, subject, number));

        await Ask();
        Assert.Equal(ends ? asked + 1 : asked, _cluster.Client.Admits.Count);
        if (ends)
        {
            var told = await _cluster.Client.Completes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
                .Within();
            Assert.Equal(1, Assert.Single(Assert.Single(told.Returned).Spent));
        }
    }

    /// <summary>Guards the race: the answer was on its way when the change was heard of.</summary>
    [Fact]
    public async Task A_chunk_that_was_granted_before_a_change_and_comes_after_it_is_not_spent()
    {
        _feed.Hear();
        Apply((RevocationKind.PlanPolicy, "gold", 6));

        await BeBusy();
        var asked = _cluster.Client.Admits.Count;
        await Ask();
        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);

        _stamp = _stamp with { PlanVersion = 6 };
        await Ask();
        asked = _cluster.Client.Admits.Count;
        await Ask();
        Assert.Equal(asked, _cluster.Client.Admits.Count);
    }

    [Fact]
    public async Task An_edge_that_has_not_heard_for_a_second_asks_for_every_call_until_it_hears_again()
    {
        _feed.Hear();
        _time.Advance(FeedView.SilenceMax - TimeSpan.FromMilliseconds(1));
        await BeBusy();
        var asked = _cluster.Client.Admits.Count;
        await Ask();
        Assert.Equal(asked, _cluster.Client.Admits.Count);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Ask();
        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);
        Assert.Equal(0, _cluster.Client.Admits.Last().ChunkDemand);

        _feed.Hear();
        await Ask();
        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);
    }

    [Fact]
    public async Task An_edge_that_never_heard_spends_no_chunk()
    {
        for (var i = 0; i < 2 * Busy; i++)
        {
            await Ask();
        }

        Assert.Equal(2 * Busy, _cluster.Client.Admits.Count);
        Assert.All(_cluster.Client.Admits, asked => Assert.Equal(0, asked.ChunkDemand));
    }

    [Fact]
    public async Task When_the_feed_begins_anew_every_chunk_ends()
    {
        _feed.Hear();
        await BeBusy();
        await Ask();
        var asked = _cluster.Client.Admits.Count;

        _chunks.RecallAll();

        await Ask();
        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);
    }

    private void Apply(params (RevocationKind Kind, string Subject, long Number)[] news)
    {
        foreach (var entry in _feed.Hear(news).Applied)
        {
            var isOfMany = entry.Kind is RevocationKind.TenantPolicy or RevocationKind.PlanPolicy;
            _chunks.Recall(isOfMany ? null : entry.Subject);
        }
    }

    private AdmitReply Grant() => FakeClient.Admitted with
    {
        Chunk = new ChunkGrant
        {
            Number = ++_lastSequence, Requests = [Granted], Lifetime = TimeSpan.FromMilliseconds(498), Stamp = _stamp,
        },
    };

    private async Task BeBusy()
    {
        for (var i = 0; i < Busy; i++)
        {
            await Ask();
        }
    }

    private Task<AdmitReply> Ask() => _decisions.AskAsync(
        new ModelCall
        {
            RequestId = Some.RequestId(++_lastSequence),
            Caller = new Caller(Some.ClientId, 1, new byte[32]),
            Body = new CallBody("m", false, false, default),
            Pool = Some.Pool,
        },
        CancellationToken.None).AsTask();
}
