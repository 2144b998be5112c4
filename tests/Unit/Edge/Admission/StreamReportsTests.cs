using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.Edge.Sessions;
using Sluice.Edge.Usage;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

/// <summary>Guards limits of tokens while streams run: what renews them also says what they have used.</summary>
public sealed class StreamReportsTests : IAsyncLifetime
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly FakeCluster _cluster = new();
    private readonly LiveCalls _live = new();
    private readonly ManualTime _time = new();
    private readonly EdgeSession _session;
    private readonly SlotFences _fences;
    private readonly Renewals _renewals;

    public StreamReportsTests()
    {
        _session = Some.Session(_cluster);
        _fences = Some.Fences(_live, _time);
        _renewals = new Renewals(
            _cluster, _live, _fences, _session, Options.Create(new EdgeOptions { RenewPeriod = Period }), _time,
            NullLogger<Renewals>.Instance);
    }

    public async ValueTask InitializeAsync()
    {
        await _session.OpenAsync(CancellationToken.None);
        await _renewals.StartAsync(CancellationToken.None);
        await Eventually.True(() => _time.ArmedTimers == 1, "the renewals have begun");
    }

    public async ValueTask DisposeAsync()
    {
        await _renewals.StopAsync(CancellationToken.None).Within();
        _renewals.Dispose();
        _fences.Dispose();
    }

    [Fact]
    public async Task A_report_says_what_calls_hold_and_have_used_where_a_limit_counts_it()
    {
        var counted = Begin(new HeldTokens(100, 400, MayStop: false));
        Begin(null);
        await ReportAsync(); // At once, to an activation that was not known.
        counted.Streamed = counted.Streamed.With("some text"u8);
        counted.NoteUse();

        _time.Advance(Period);
        var report = await ReportAsync();

        Assert.Equal([1, 2], report.Sequences.Order());
        Assert.Equal([new LiveUse(1, 0, 3, 100, 400, CanStop: false)], report.Uses);
        Assert.Equal(1, report.Epoch);
        Assert.False(_cluster.Client.Renews.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_client_without_such_a_limit_is_only_renewed()
    {
        Begin(null);

        _time.Advance(Period);

        Assert.Empty((await RenewalAsync()).Uses);
        Assert.False(_cluster.Client.Reports.Reader.TryRead(out _));
    }

    [Fact]
    public async Task The_calls_that_the_answer_names_are_stopped_and_no_others()
    {
        var held = new HeldTokens(1, 1, MayStop: true);
        var (stopped, other) = (Begin(held), Begin(held));
        var pool = new CountingPool();
        stopped.Connection = other.Connection = pool;
        _cluster.Client.OnReport = _ => Task.FromResult(new ReportReply
        {
            Epoch = 1, IsRenewed = true, Stops = [new StoppedCall(1, "daily"), new StoppedCall(77, "daily")],
        });

        _time.Advance(Period);
        await ReportAsync();

        await Eventually.True(() => stopped.StoppedBy == "daily", "the call is stopped");
        Assert.Null(other.StoppedBy);
        Assert.True(pool.Stopped > 0);
    }

    private ModelCall Begin(HeldTokens? held)
    {
        var call = Some.Call(stream: true, sequence: _session.Next().Sequence);
        call.StreamEnd = new StreamEnd(manyAnswers: false);
        if (held is { MayStop: true })
        {
            call.StreamEnd.Forwarded(
                "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0}]}\n\n"u8,
                ServerSentEventKind.Part);
        }

        _live.Add(call);
        Assert.True(_fences.Accepts(call, FakeClient.Admitted with { Held = held }, _time.GetTimestamp()));
        return call;
    }

    private Task<LiveRequests> ReportAsync() => _cluster.Client.Reports.Reader.ReadAsync().AsTask().Within();

    private Task<LiveRequests> RenewalAsync() => _cluster.Client.Renews.Reader.ReadAsync().AsTask().Within();

    private sealed class CountingPool : IPoolConnection
    {
        public int Stopped { get; private set; }

        public void EndCall(ModelCall call)
        {
            // It works for no other.
        }

        public void StopCall(ModelCall call) => Stopped++;

        public void Dispose() => Stopped++;
    }
}
