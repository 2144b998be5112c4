using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Chunks;
using Sluice.Edge.UsageLog;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.UsageLog;

/// <summary>Guards plans that sell what is logged: a call that could not be in the bill reaches no pool.</summary>
public sealed class MeteredCallTests : IDisposable
{
    private readonly FakeCluster _cluster = new();
    private readonly LiveCalls _live = new();
    private readonly ManualTime _time = new();
    private readonly UsageBuffer _buffer;
    private readonly Completions _completions;
    private readonly ClientChunks _chunks;
    private readonly AdmissionMiddleware _admission;
    private int _forwarded;

    public MeteredCallTests()
    {
        var options = Options.Create(new EdgeOptions { UsageEventsMax = 1 });
        _buffer = new UsageBuffer(Some.Session(_cluster), _live, new UsageMetrics(Some.Meters()), options, _time);
        _completions = new Completions(
            _cluster, _live, options, _time, NullLogger<Completions>.Instance, _buffer);
        _chunks = new ClientChunks(_cluster, options, _time, NullLogger<ClientChunks>.Instance, _buffer);
        _admission = new AdmissionMiddleware(
            ForwardAsync, Some.Decisions(_cluster, _completions, _chunks, _live, options, _time), _live, _completions,
            Some.Metrics(), _buffer);
    }

    public void Dispose()
    {
        _completions.Dispose();
        _chunks.Dispose();
    }

    [Theory]
    [InlineData(true, 503, 1)]
    [InlineData(false, 200, 2)]
    public async Task Without_room_for_its_event_a_metered_call_is_refused_and_gives_back_what_it_took(
        bool metered, int status, int forwarded)
    {
        _cluster.Client.OnAdmit = _ => Task.FromResult(FakeClient.Admitted with
        {
            Usage = new UsageTerms { Tenant = "acme", Plan = "gold", Metered = metered },
        });
        Assert.Equal(200, (await AskAsync(1)).Status);
        await HeardAsync();

        var second = await AskAsync(2);

        Assert.Equal((status, forwarded), (second.Status, _forwarded));
        var end = await HeardAsync();
        Assert.Equal(Some.RequestId(2), end.RequestId);
        Assert.Equal(metered ? CompletionOutcome.NotDispatched : CompletionOutcome.Dispatched, end.Outcome);
        Assert.Equal(1, _buffer.Count);
        if (metered)
        {
            Assert.Equal("usage_log_full", second.Code);
            Assert.Equal("2", second.Headers.RetryAfter);
        }
    }

    private async Task<Exchange> AskAsync(int sequence)
    {
        var exchange = new Exchange(Some.Call(sequence: sequence));
        await _admission.InvokeAsync(exchange.Context).Within();
        return exchange;
    }

    private Task ForwardAsync(HttpContext context)
    {
        _forwarded++;
        context.Features.Get<Sluice.Edge.Calls.ModelCall>()!.Dispatched = true;
        return Task.CompletedTask;
    }

    private async Task<Completion> HeardAsync() => Assert.Single(
        (await _cluster.Client.Completes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within())
        .Completions);
}
