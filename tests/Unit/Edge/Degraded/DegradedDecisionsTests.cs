using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Credentials;
using Sluice.Edge.Degraded;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Sluice.Unit.Grains;
using Xunit;

namespace Sluice.Unit.Edge.Degraded;

/// <summary>
/// P6. An edge whose client's grain does not answer: what it does itself, for how long, and what it owes.
/// </summary>
public sealed class DegradedDecisionsTests : IDisposable
{
    private static readonly TimeSpan DegradedAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    private static readonly DegradedTerms Terms = new()
    {
        Version = 5,
        Open = true,
        Grace = TimeSpan.FromSeconds(30),
        VerifiedWithin = TimeSpan.FromSeconds(60),
        Budgets = [new DegradedAmount(null, 3)],
        Slots = 2,
    };

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly LiveCalls _live = new();
    private readonly LogCapture _log = new();
    private readonly Completions _completions;
    private readonly ClientChunks _chunks;
    private readonly Decisions _decisions;
    private DegradedTerms? _terms = Terms;
    private bool _isAway;
    private bool _takesDebt = true;
    private Verdict _verdict = Verdict.Admitted;
    private ModelCall? _last;
    private long _sequence;

    public DegradedDecisionsTests()
    {
        var options = Options.Create(new EdgeOptions
        {
            DecisionTimeout = Timeout, DegradedAfter = DegradedAfter, ChunksFromRequestsPerSecond = 0,
        });
        _completions = new Completions(_cluster, _live, options, _time, NullLogger<Completions>.Instance);
        _chunks = new ClientChunks(_cluster, options, _time, NullLogger<ClientChunks>.Instance);
        _decisions = Some.Decisions(
            _cluster, _completions, _chunks, _live, options, _time, new Logger<OwnerOutages>(_log));
        _cluster.Client.OnAdmit = asked => _isAway
            ? Task.FromException<AdmitReply>(new SiloUnavailableException())
            : Task.FromResult(Answer(asked));
    }

    public void Dispose()
    {
        _completions.Dispose();
        _chunks.Dispose();
    }

    [Fact]
    public async Task The_grain_is_asked_for_terms_until_they_are_known()
    {
        await AskAsync();
        await AskAsync();

        Assert.Equal([0, Terms.Version], _cluster.Client.Admits.Select(asked => asked.TermsVersion));
    }

    [Fact]
    public async Task An_open_plan_is_served_without_its_grain_after_a_second_up_to_its_budget_and_then_refused()
    {
        await AskAsync();
        _isAway = true;

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Verdict.Admitted, (await AskAsync()).Verdict);
            Assert.True(_last!.IsDegraded);
            End(_last);
        }

        await Assert.ThrowsAnyAsync<Exception>(AskAsync);
        Assert.InRange(_time.GetElapsedTime(0), 2 * DegradedAfter, Timeout + DegradedAfter);
    }

    [Fact]
    public async Task A_client_that_is_bound_to_addresses_goes_on_from_where_it_was_admitted_and_from_nowhere_else()
    {
        _terms = Terms with { OfAddress = true };
        await AskAsync();
        _verdict = Verdict.AddressForbidden;
        await AskAsync(address: 2); // Refused, and what the key was found right for stays.
        _isAway = true;

        Assert.Equal(Verdict.Admitted, (await AskAsync()).Verdict);
        End(_last!);
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(address: 2));
    }

    [Fact]
    public async Task Nobody_is_held_once_two_questions_had_no_answer()
    {
        await AskAsync();
        _isAway = true;
        await AskAsync();
        End(_last!);
        await AskAsync();
        End(_last!);
        var since = _time.GetElapsedTime(0);

        Assert.Equal(Verdict.Admitted, (await AskAsync()).Verdict);

        Assert.Equal(since, _time.GetElapsedTime(0));
        Assert.False(_last!.IsAsked);
    }

    [Fact]
    public async Task A_closed_plan_waits_for_the_grain_once_and_is_then_refused_at_once()
    {
        _terms = null;
        await AskAsync();
        _isAway = true;
        await Assert.ThrowsAsync<SiloUnavailableException>(AskAsync);
        Assert.InRange(_time.GetElapsedTime(0), Timeout - Repeat.PauseMax, Timeout);
        await Assert.ThrowsAnyAsync<Exception>(AskAsync); // The second that is asked; then the breaker is open.
        var since = _time.GetElapsedTime(0);

        var refused = await Assert.ThrowsAsync<OutageException>(AskAsync);

        Assert.Equal(since, _time.GetElapsedTime(0));
        Assert.InRange(refused.RetryAfter, OwnerOutage.BreakTime, 3 * OwnerOutage.BreakTime);
    }

    [Fact]
    public async Task A_grain_that_answers_again_decides_again_and_is_told_the_debt_until_it_has_taken_it()
    {
        await AskAsync();
        _isAway = true;
        await AskAsync();
        End(_last!);
        await AskAsync();
        End(_last!);
        _isAway = false;
        _takesDebt = false;
        _time.Advance(OwnerOutage.BreakTime);

        await AskAsync();
        _takesDebt = true;
        await AskAsync();
        await AskAsync();

        var told = _cluster.Client.Admits.TakeLast(3).Select(asked => asked.Debt?.Total[0].Amount);
        Assert.Equal([2, 2, null], told);
        Assert.False(_last!.IsDegraded);
    }

    [Fact]
    public async Task What_calls_without_the_grain_have_used_goes_along_with_the_debt()
    {
        await AskAsync();
        _isAway = true;
        await AskAsync();
        _last!.Dispatched = true;
        _last.Usage = new(Input: 11, Output: 22);
        End(_last);
        _isAway = false;
        _time.Advance(OwnerOutage.BreakTime);

        await AskAsync();

        Assert.Equal(
            [new DegradedAmount(null, 1), new("input-tokens", 11), new("output-tokens", 22)],
            _cluster.Client.Admits.Last().Debt!.Total);
    }

    [Theory]
    [InlineData(Verdict.KeyRevoked)]
    [InlineData(Verdict.KeyExpired)]
    [InlineData(Verdict.KeyRetired)]
    [InlineData(Verdict.UnknownKey)]
    [InlineData(Verdict.ClientSuspended)]
    [InlineData(Verdict.QuotaExhausted)]
    [InlineData(Verdict.ModelForbidden)]
    public async Task Who_was_refused_last_is_not_served_without_the_grain(Verdict refusal)
    {
        await AskAsync();
        _verdict = refusal;
        Assert.Equal(refusal, (await AskAsync()).Verdict);
        _isAway = true;

        await Assert.ThrowsAsync<SiloUnavailableException>(AskAsync);
    }

    /// <summary>Guards secrets: the right version is not enough, and a guess does not lock the owner out.</summary>
    [Fact]
    public async Task Another_secret_another_version_and_another_model_are_not_served_without_the_grain()
    {
        await AskAsync();
        _verdict = Verdict.UnknownKey;
        await AskAsync(digest: [.. Enumerable.Repeat((byte)1, 32)]);
        _isAway = true;

        await Assert.ThrowsAsync<SiloUnavailableException>(
            () => AskAsync(digest: [.. Enumerable.Repeat((byte)1, 32)]));
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(version: 2));
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(model: "other"));
        Assert.Equal(Verdict.Admitted, (await AskAsync()).Verdict);
    }

    [Fact]
    public async Task A_key_that_was_verified_more_than_a_minute_ago_is_not_served_without_the_grain()
    {
        await AskAsync();
        _time.Advance(TimeSpan.FromSeconds(60));
        _isAway = true;

        await Assert.ThrowsAsync<SiloUnavailableException>(AskAsync);
    }

    [Fact]
    public async Task After_the_grace_nobody_is_served_without_the_grain()
    {
        await AskAsync();
        _isAway = true;
        await AskAsync();
        End(_last!);

        _time.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<OutageException>(AskAsync);
    }

    [Fact]
    public async Task Calls_that_run_already_count_among_the_slots()
    {
        await AskAsync(); // Runs on.
        _isAway = true;
        Assert.Equal(Verdict.Admitted, (await AskAsync()).Verdict); // Runs on, too.

        await Assert.ThrowsAnyAsync<Exception>(AskAsync);

        End(_last!);
        Assert.Equal(1, _live.RunningOf(Some.ClientId) - 1);
    }

    /// <summary>Guards limits: who overloads a grain must not be let past it.</summary>
    [Fact]
    public async Task An_overloaded_grain_is_no_outage()
    {
        await AskAsync();
        _cluster.Client.OnAdmit = _ => Task.FromException<AdmitReply>(new LimitExceededException());

        await Assert.ThrowsAsync<LimitExceededException>(AskAsync);
        Assert.Equal(1, _live.RunningOf(Some.ClientId));
    }

    [Fact]
    public async Task A_grain_that_is_not_ready_to_decide_is_no_outage()
    {
        await AskAsync();
        _verdict = Verdict.Pending;

        Assert.Equal(Verdict.Pending, (await AskAsync()).Verdict);
        Assert.False(_last!.IsDegraded);
    }

    [Fact]
    public async Task One_line_is_logged_when_it_begins_and_one_when_it_is_over()
    {
        await AskAsync();
        for (var flap = 0; flap < 3; flap++)
        {
            _isAway = true;
            await AskAsync();
            End(_last!);
            _isAway = false;
            _time.Advance(OwnerOutage.BreakTime);
            await AskAsync();
            End(_last!);
        }

        Assert.Single(_log.All.Split('\n'), line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Single(_log.All.Split('\n'), line => line.Contains("answers again", StringComparison.Ordinal)
            && line.StartsWith("Information", StringComparison.Ordinal));
    }

    /// <summary>Guards the bound: a connection that comes and goes brings no new budget.</summary>
    [Fact]
    public async Task D1_however_often_it_comes_and_goes_within_the_grace_there_is_one_budget()
    {
        await AskAsync();
        End(_last!);
        var alone = 0;
        for (var flap = 0; flap < 6; flap++)
        {
            _isAway = true;
            try
            {
                await AskAsync();
                alone += _last!.IsDegraded ? 1 : 0;
            }
            catch (Exception exception) when (exception is OrleansException or OutageException)
            {
                Assert.True(alone == 3, $"{alone} were admitted");
                break; // The budget is gone.
            }

            End(_last);
            _isAway = false;
            _time.Advance(OwnerOutage.BreakTime);
            await AskAsync();
            End(_last!);
        }

        Assert.Equal(3, alone);
    }


    private AdmitReply Answer(AdmitRequest asked) => FakeClient.Admitted with
    {
        Verdict = _verdict,
        RetryAfter = _verdict is Verdict.Pending ? TimeSpan.FromMilliseconds(250) : TimeSpan.Zero,
        Degraded = _terms is null && asked.Debt is null
            ? null
            : new DegradedReply
            {
                Terms = _terms is { } terms && terms.Version != asked.TermsVersion && _verdict is Verdict.Admitted
                    ? terms
                    : null,
                DebtTaken = asked.Debt is not null && _takesDebt,
            },
    };

    private void End(ModelCall call) => _completions.Post(call);

    private Task<AdmitReply> AskAsync() => AskAsync(digest: null);

    private async Task<AdmitReply> AskAsync(byte[]? digest = null, int version = 1, string model = "m", int address = 1)
    {
        _last = new ModelCall
        {
            RequestId = Some.RequestId(++_sequence),
            ClientAddress = (UInt128)address,
            Caller = new Caller(Some.ClientId, version, digest ?? new byte[32]),
            Body = new CallBody(model, Stream: false, ClientWantsUsage: false, default),
            Pool = Some.Pool,
        };
        _live.Add(_last);
        var asking = _decisions.AskAsync(_last, CancellationToken.None).AsTask();
        while (true)
        {
            await Eventually.True(() => asking.IsCompleted || _time.ArmedTimers > 0, "it waits for the clock");
            if (asking.IsCompleted)
            {
                return await asking;
            }

            _time.Advance(TimeSpan.FromMilliseconds(10));
        }
    }
}
