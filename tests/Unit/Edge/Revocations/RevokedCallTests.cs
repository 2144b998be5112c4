using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Chunks;
using Sluice.Edge.Credentials;
using Sluice.Edge.Degraded;
using Sluice.Edge.Revocations;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;
using Sluice.Rules.Revocations;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Revocations;

/// <summary>Guards A3 where a call is let through: whoever admitted it, what is revoked reaches no pool.</summary>
public sealed class RevokedCallTests : IDisposable
{
    private readonly FakeCluster _cluster = new();
    private readonly LiveCalls _live = new();
    private readonly ManualTime _time = new();
    private readonly IOptions<EdgeOptions> _options = Options.Create(new EdgeOptions());
    private readonly RevocationFeed _feed;
    private readonly Completions _completions;
    private readonly ClientChunks _chunks;
    private readonly AdmissionMiddleware _admission;
    private int _forwarded;

    public RevokedCallTests()
    {
        _feed = new RevocationFeed(_time);
        _completions = new Completions(_cluster, _live, _options, _time, NullLogger<Completions>.Instance);
        _chunks = new ClientChunks(_cluster, _options, _time, NullLogger<ClientChunks>.Instance, usage: null, _feed);
        _admission = new AdmissionMiddleware(
            ForwardAsync, Some.Decisions(_cluster, _completions, _chunks, _live, _options, _time), _live, _completions,
            Some.Metrics(), usage: null, _feed, new RevocationMetrics(Some.Meters(), _feed));
        _cluster.Client.OnAdmit = _ => Task.FromResult(FakeClient.Admitted with { ClientChange = 3 });
    }

    public void Dispose()
    {
        _completions.Dispose();
        _chunks.Dispose();
    }

    [Theory]
    [InlineData(RevocationKind.KeyVersion, 1, 401, "api_key_revoked")]
    [InlineData(RevocationKind.Client, 4, 503, "service_unavailable")]
    public async Task What_a_grain_admitted_that_has_not_heard_reaches_no_pool_and_is_given_back(
        object kind, long number, int status, string code)
    {
        _feed.Hear(((RevocationKind)kind, Some.ClientId, number));

        var refused = await AskAsync();

        Assert.Equal((status, code, 0), (refused.Status, refused.Code, _forwarded));
        var told = await _cluster.Client.Completes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
            .Within();
        Assert.Equal(CompletionOutcome.NotDispatched, Assert.Single(told.Completions).Outcome);
    }

    [Theory]
    [InlineData(RevocationKind.KeyVersion, 2)]
    [InlineData(RevocationKind.Client, 3)]
    [InlineData(RevocationKind.ClientPolicy, 4)]
    public async Task What_was_decided_after_the_change_or_is_not_concerned_goes_on(object kind, long number)
    {
        _feed.Hear(((RevocationKind)kind, Some.ClientId, number));

        Assert.Equal(200, (await AskAsync()).Status);
        Assert.Equal(1, _forwarded);
    }

    [Fact]
    public async Task A_key_that_only_asks_who_it_is_is_refused_too()
    {
        var callers = new Callers(_cluster, _options, _time, _feed);
        Assert.Equal(Verdict.Admitted, (await callers.IdentifyAsync(Some.Call(), CancellationToken.None)).Verdict);

        _feed.Hear((RevocationKind.KeyVersion, Some.ClientId, 1));

        Assert.Equal(Verdict.KeyRevoked, (await callers.IdentifyAsync(Some.Call(), CancellationToken.None)).Verdict);
    }

    [Theory]
    [InlineData(RevocationKind.KeyVersion, Some.ClientId, 1, false)]
    [InlineData(RevocationKind.KeyVersion, Some.ClientId, 2, true)]
    [InlineData(RevocationKind.ClientPolicy, Some.ClientId, 4, false)]
    [InlineData(RevocationKind.PlanPolicy, "gold", 6, false)]
    [InlineData(RevocationKind.TenantPolicy, "other", 9, true)]
    public void Without_its_grain_a_key_is_served_only_by_what_no_change_has_ended(
        object kind, string subject, long number, bool isServed)
    {
        var known = Known();
        _feed.Hear();
        Answer(known);

        var change = _feed.Hear(((RevocationKind)kind, subject, number));
        known.Recall(change.Applied[0].Kind is RevocationKind.PlanPolicy ? null : subject);

        Assert.Equal(isServed, known.TryAdmit(Some.Call(sequence: 2)) is not null);
    }

    [Fact]
    public void An_answer_from_before_a_change_makes_no_key_known_after_it()
    {
        var known = Known();
        _feed.Hear((RevocationKind.ClientPolicy, Some.ClientId, 4));

        Answer(known);

        Assert.Null(known.TryAdmit(Some.Call(sequence: 2)));
    }

    [Fact]
    public void Without_its_grain_nobody_is_served_once_the_feed_was_silent_for_half_a_minute()
    {
        var known = Known();
        _feed.Hear();
        Answer(known);
        _time.Advance(FeedView.OpenSilenceMax - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(known.TryAdmit(Some.Call(sequence: 2)));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(known.TryAdmit(Some.Call(sequence: 3)));

        _feed.Hear();
        Assert.NotNull(known.TryAdmit(Some.Call(sequence: 4)));
    }

    private KnownClients Known() => new(_live, Some.DegradedMetrics(), _time, _feed);

    private void Answer(KnownClients known) => known.Answered(
        known.Find(Some.ClientId),
        Some.Call(),
        FakeClient.Admitted with
        {
            ClientChange = 3,
            Degraded = new DegradedReply
            {
                Terms = new DegradedTerms
                {
                    Version = 1,
                    Open = true,
                    Grace = DegradedPlan.GraceLongest,
                    VerifiedWithin = DegradedPlan.VerifiedLongest,
                    Stamp = new PolicyStamp
                    {
                        ClientChange = 3, Tenant = "acme", TenantVersion = 1, Plan = "gold", PlanVersion = 5,
                    },
                },
            },
        },
        told: null,
        _time.GetTimestamp());

    private async Task<Exchange> AskAsync()
    {
        var exchange = new Exchange(Some.Call());
        await _admission.InvokeAsync(exchange.Context).Within();
        return exchange;
    }

    private Task ForwardAsync(HttpContext context)
    {
        _forwarded++;
        context.Features.Get<Sluice.Edge.Calls.ModelCall>()!.Dispatched = true;
        return Task.CompletedTask;
    }
}
