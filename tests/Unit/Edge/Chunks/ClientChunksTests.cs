using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Credentials;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Chunks;

/// <summary>Guards busy clients and their limits: what is granted is spent here, once, and goes back in time.</summary>
public sealed class ClientChunksTests : IDisposable
{
    private const int Busy = 125; // In 250 ms, where 500 a second are busy.
    private const int Granted = 40;

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly ClientChunks _chunks;
    private readonly Completions _completions;
    private readonly Decisions _decisions;
    private long _lastSequence;
    private long _lastChunk;

    public ClientChunksTests()
    {
        var options = Options.Create(new EdgeOptions());
        _chunks = new ClientChunks(_cluster, options, _time, NullLogger<ClientChunks>.Instance);
        _completions = new Completions(
            _cluster, new LiveCalls(), options, _time, NullLogger<Completions>.Instance);
        _decisions = Some.Decisions(_cluster, _completions, _chunks, new LiveCalls(), options, _time);
        _cluster.Client.OnAdmit = request => Task.FromResult(
            request.ChunkDemand > 0 ? Grant() : FakeClient.Admitted);
    }

    public void Dispose()
    {
        _completions.Dispose();
        _chunks.Dispose();
    }

    [Fact]
    public async Task A_client_that_is_not_busy_is_asked_for_each_time_and_gets_no_chunk()
    {
        await AskMany(Busy - 1);

        Assert.Equal(Busy - 1, _cluster.Client.Admits.Count);
        Assert.All(_cluster.Client.Admits, asked => Assert.Equal(0, asked.ChunkDemand));
    }

    [Fact]
    public async Task A_busy_client_is_asked_for_once_in_a_while_and_its_calls_say_what_is_left()
    {
        await BeBusy();
        var asked = _cluster.Client.Admits.Count;

        var replies = await AskMany((Granted / 2) - 1);

        Assert.Equal(asked, _cluster.Client.Admits.Count);
        Assert.All(replies, reply => Assert.Equal(Verdict.Admitted, reply.Verdict));
        Assert.Equal(Enumerable.Range(1, replies.Length).Select(i => 100L - i), replies.Select(
            reply => reply.Requests.Remaining));
    }

    [Fact]
    public async Task At_half_of_it_one_call_fetches_the_next_one_and_the_old_one_goes_back()
    {
        await BeBusy();
        await AskMany(Granted / 2);

        var reply = await Ask();

        Assert.Equal(2, _cluster.Client.Admits.Count(asked => asked.ChunkDemand > 0));
        Assert.Equal(Verdict.Admitted, reply.Verdict);
        await AssertReturned(Granted / 2);
    }

    /// <summary>Guards the promise "no call waits": while one call asks, others spend what is left.</summary>
    [Fact]
    public async Task While_the_next_one_is_fetched_others_spend_what_is_left()
    {
        await BeBusy();
        await AskMany(Granted / 2);
        var answer = new TaskCompletionSource<AdmitReply>();
        _cluster.Client.OnAdmit = _ => answer.Task;
        var asking = Ask();

        await AskMany(Granted / 2);
        Assert.False(asking.IsCompleted);

        answer.SetResult(Grant());
        Assert.Equal(Verdict.Admitted, (await asking).Verdict);
        await AssertReturned(Granted);
    }

    [Fact]
    public async Task A_chunk_that_is_spent_admits_nothing()
    {
        await BeBusy();
        await AskMany(Granted / 2);
        var answer = new TaskCompletionSource<AdmitReply>();
        _cluster.Client.OnAdmit = asked => asked.ChunkDemand > 0 ? answer.Task : Task.FromResult(FakeClient.Admitted);
        _ = Ask();
        await AskMany(Granted / 2);
        var asked = _cluster.Client.Admits.Count;

        await Ask();

        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);
    }

    [Fact]
    public async Task A_client_that_calls_no_more_gives_its_chunk_back_soon()
    {
        await BeBusy();
        await AskMany(3);

        _time.Advance(TimeSpan.FromMilliseconds(150));

        await AssertReturned(3);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _time.ArmedTimers);
    }

    /// <summary>Guards what a client is owed: its owner takes back only what comes in time.</summary>
    [Fact]
    public async Task A_chunk_that_none_follows_goes_back_before_its_time_is_over()
    {
        await BeBusy();
        _cluster.Client.OnAdmit = _ => Task.FromResult(FakeClient.Admitted);
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(60));
            await Ask();
        }

        Assert.False(_cluster.Client.Completes.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromMilliseconds(60));

        await AssertReturned(4); // From half of its time on, each call is asked for again.
    }

    /// <summary>Guards keys: a chunk is for who it was granted to, and not for who knows the client's name.</summary>
    [Theory]
    [InlineData(1, 2, "m")]
    [InlineData(2, 1, "m")]
    [InlineData(1, 1, "other")]
    public async Task Another_secret_version_or_model_is_asked_for(byte secret, int version, string model)
    {
        await BeBusy();
        var asked = _cluster.Client.Admits.Count;

        await Ask(secret == 1 ? new byte[32] : [.. Enumerable.Repeat(secret, 32)], version, model);

        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);
    }

    [Fact]
    public async Task What_is_refused_for_its_key_ends_the_chunk_of_that_key_alone()
    {
        await BeBusy();
        _cluster.Client.OnAdmit = _ => Task.FromResult(FakeClient.Admitted with { Verdict = Verdict.UnknownKey });
        await Ask([.. Enumerable.Repeat((byte)2, 32)]);
        Assert.False(_cluster.Client.Completes.Reader.TryRead(out _));

        _cluster.Client.OnAdmit = _ => Task.FromResult(FakeClient.Admitted with { Verdict = Verdict.KeyRevoked });
        await AskMany(Granted / 2);
        Assert.Equal(Verdict.KeyRevoked, (await Ask()).Verdict);

        await AssertReturned(Granted / 2);
        Assert.Equal(Verdict.KeyRevoked, (await Ask()).Verdict);
    }

    [Fact]
    public async Task A_call_that_reached_no_pool_leaves_its_part_to_others_and_its_end_is_told_to_nobody()
    {
        await BeBusy();
        var (sent, lost) = (Some.Call(sequence: 9_001), Some.Call(sequence: 9_002));
        foreach (var call in new[] { sent, lost })
        {
            await _decisions.AskAsync(call, CancellationToken.None);
        }

        sent.Dispatched = true;
        _completions.Post(sent);
        _completions.Post(lost);
        await _chunks.StopAsync(TestContext.Current.CancellationToken);

        await AssertReturned(1);
        Assert.False(_cluster.Client.Completes.Reader.TryRead(out _));
    }

    [Fact]
    public async Task No_answer_leaves_the_chunk_as_it_is_and_another_call_asks()
    {
        await BeBusy();
        await AskMany(Granted / 2);
        _cluster.Client.OnAdmit = _ => Task.FromException<AdmitReply>(new LimitExceededException());
        await Assert.ThrowsAsync<LimitExceededException>(() => Ask());

        _cluster.Client.OnAdmit = _ => Task.FromResult(Grant());
        await Ask();

        Assert.Equal(3, _cluster.Client.Admits.Count(asked => asked.ChunkDemand > 0));
    }

    /// <summary>Guards clients that are bound to addresses: what was granted to one of them is no other's.</summary>
    [Fact]
    public async Task A_chunk_of_a_client_that_is_bound_to_addresses_is_spent_by_calls_from_the_same_one()
    {
        _cluster.Client.OnAdmit = request => Task.FromResult(
            request.ChunkDemand > 0 ? Grant() with { Chunk = Grant().Chunk! with { OfAddress = true } }
            : request.ClientAddress == UInt128.One ? FakeClient.Admitted
            : FakeClient.Admitted with { Verdict = Verdict.AddressForbidden });
        await BeBusy();
        var asked = _cluster.Client.Admits.Count;

        Assert.Equal(Verdict.AddressForbidden, (await Ask(address: 2)).Verdict);
        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);

        Assert.Equal(Verdict.Admitted, (await Ask()).Verdict); // And it took the chunk from nobody.
        Assert.Equal(asked + 1, _cluster.Client.Admits.Count);
    }

    private AdmitReply Grant() => FakeClient.Admitted with
    {
        Requests = new LimitStatus("rpm", 1_000, 100, TimeSpan.FromSeconds(1)),
        Chunk = new ChunkGrant
        {
            Number = ++_lastChunk, Requests = [Granted], Lifetime = TimeSpan.FromMilliseconds(498),
        },
    };

    /// <summary>Until the first chunk is here, and nothing of it is spent.</summary>
    private async Task BeBusy()
    {
        await AskMany(Busy);
        Assert.Equal(Busy, Assert.Single(_cluster.Client.Admits, asked => asked.ChunkDemand > 0).ChunkDemand);
    }

    private async Task<AdmitReply[]> AskMany(int count)
    {
        var replies = new AdmitReply[count];
        for (var i = 0; i < count; i++)
        {
            replies[i] = await Ask();
        }

        return replies;
    }

    private Task<AdmitReply> Ask(byte[]? digest = null, int version = 1, string model = "m", int address = 1)
    {
        var call = new ModelCall
        {
            RequestId = Some.RequestId(++_lastSequence),
            ClientAddress = (UInt128)address,
            Caller = new Caller(Some.ClientId, version, digest ?? new byte[32]),
            Body = new CallBody(model, false, false, default),
            Pool = Some.Pool,
        };
        return _decisions.AskAsync(call, CancellationToken.None).AsTask();
    }

    private async Task AssertReturned(long spent)
    {
        var told = await _cluster.Client.Completes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
            .Within();
        Assert.Empty(told.Completions);
        Assert.Equal(spent, Assert.Single(Assert.Single(told.Returned).Spent));
    }
}
