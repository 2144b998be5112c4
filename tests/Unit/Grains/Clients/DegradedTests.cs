using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>
/// What a grain tells edges for the time when it is out of reach, and how it counts what they did then.
/// </summary>
public sealed class DegradedTests
{
    private static readonly DegradedDefinition Open = new() { Open = true };

    private readonly GrainWorld _world = new();
    private long _sequence = 100;

    [Fact]
    public void An_edge_is_told_the_terms_of_an_open_plan_once()
    {
        Begin(Open, GrainWorld.Rate(600), GrainWorld.Slots(7));

        var terms = Ask(known: 0)!.Terms!;

        Assert.True(terms.Open);
        Assert.Equal([new DegradedAmount(null, 20)], terms.Budgets); // Two seconds of ten a second.
        Assert.Equal((7, 30, 60), (terms.Slots, terms.Grace.TotalSeconds, terms.VerifiedWithin.TotalSeconds));
        Assert.Null(Ask(known: terms.Version));
    }

    [Fact]
    public void An_edge_of_a_closed_plan_is_told_nothing()
    {
        Begin(degraded: null, GrainWorld.Rate(600));

        Assert.Null(Ask(known: 0));
    }

    [Fact]
    public void Terms_are_shared_by_the_edges_that_have_asked_within_a_minute()
    {
        Begin(Open, GrainWorld.Rate(600), GrainWorld.Slots(7));
        var alone = Ask(known: 0, session: 1)!.Terms!;

        var shared = Ask(known: 0, session: 2)!.Terms!;
        Assert.Equal(10, Assert.Single(shared.Budgets).Amount);
        Assert.Equal(3, shared.Slots);
        Assert.Equal(shared, Ask(known: alone.Version, session: 1)!.Terms);

        _world.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(20, Assert.Single(Ask(known: shared.Version, session: 1)!.Terms!.Budgets).Amount);
    }

    [Fact]
    public void A_plan_that_closes_says_so_with_the_next_answer()
    {
        Begin(Open, GrainWorld.Rate(600));
        var terms = Ask(known: 0)!.Terms!;

        _world.Done(() => _world.PlanGrain("gold").Replace(PlanOf(degraded: null, GrainWorld.Rate(600))));

        var closed = Ask(known: terms.Version)!.Terms!;
        Assert.False(closed.Open);
        Assert.NotEqual(terms.Version, closed.Version);
    }

    /// <summary>Guards revocation: whatever was verified under other terms counts no more.</summary>
    [Fact]
    public void A_change_of_the_clients_keys_makes_new_terms()
    {
        Begin(Open, GrainWorld.Rate(600));
        var before = Ask(known: 0)!.Terms!;

        _world.IssueKey([.. GrainWorld.Digest.Reverse()]);

        Assert.NotEqual(before.Version, Ask(known: before.Version)!.Terms!.Version);
    }

    [Fact]
    public void Who_shows_no_right_key_is_told_no_terms()
    {
        Begin(Open, GrainWorld.Rate(600));

        var reply = _world.Run(() => _world.Admission.Admit(GrainWorld.RequestOf(1, keyVersion: 9)));

        Assert.Equal(Verdict.UnknownKey, reply.Verdict);
        Assert.Null(reply.Degraded);
    }

    [Fact]
    public void Terms_of_the_next_activation_have_another_version()
    {
        Begin(Open, GrainWorld.Rate(600));
        var before = Ask(known: 0)!.Terms!;

        _world.Crash();

        Assert.True(Ask(known: before.Version)!.Terms!.Version > before.Version);
    }

    /// <summary>Guards the long run: what was spent without the grain is missing from rate and quota, once.</summary>
    [Fact]
    public void A_debt_is_debited_once_however_often_it_is_told()
    {
        Begin(Open, GrainWorld.Rate(600), GrainWorld.Quota(1_000));

        Assert.True(Ask(known: 0, debt: 5)!.DebtTaken);
        Assert.True(Ask(known: 0, debt: 5)!.DebtTaken);

        Assert.Equal((5 + 2, 5 + 2), (Used("rpm"), Used("monthly")));
        Ask(known: 0, debt: 8);
        Assert.Equal((8 + 3, 8 + 3), (Used("rpm"), Used("monthly")));
    }

    [Fact]
    public void A_debt_that_was_taken_before_is_not_taken_by_the_next_activation()
    {
        Begin(Open, GrainWorld.Rate(600));
        Ask(known: 0, debt: 5);
        _world.Crash();
        Ask(known: 0); // By what was stored ahead, which counts as spent.
        var before = Used("rpm");

        Ask(known: 0, debt: 7, taken: 5);

        Assert.Equal(before + 2 + 1, Used("rpm"));
    }

    [Fact]
    public void A_debt_refuses_who_would_pass_the_rate_by_it()
    {
        Begin(Open, GrainWorld.Rate(10));
        Ask(known: 0, debt: 9);

        Assert.Equal(Verdict.RateLimited, _world.Admit().Verdict);
    }

    /// <summary>Guards the hot path of who presents a wrong key: a debt is the edge's word, not the key's.</summary>
    [Fact]
    public void A_debt_is_taken_along_with_a_request_that_is_refused()
    {
        Begin(Open, GrainWorld.Rate(600));
        _world.Admit();

        var reply = _world.Run(() => _world.Admission.Admit(
            GrainWorld.RequestOf(1, keyVersion: 9) with { Debt = DebtOf(5, 0) }));

        Assert.True(reply.Degraded!.DebtTaken);
        Assert.Equal(5 + 1, Used("rpm"));
    }

    [Fact]
    public void A_plan_whose_times_are_too_long_is_refused_by_name()
    {
        var plan = PlanOf(Open with { Grace = TimeSpan.FromSeconds(31) }, GrainWorld.Rate(1));

        var reply = _world.Run(() => _world.PlanGrain("gold").Create(plan));

        Assert.Equal(ChangeOutcome.Invalid, reply.Outcome);
        Assert.Equal("degraded.grace: must be 1ms to 30s.", reply.Detail);
    }

    private static PlanDefinition PlanOf(DegradedDefinition? degraded, params LimitDefinition[] limits) =>
        GrainWorld.PlanOf("gold", limits) with { Degraded = degraded };

    private static DegradedDebt DebtOf(long debt, long taken) =>
        new() { Total = [new DegradedAmount(null, debt)], Taken = [new DegradedAmount(null, taken)] };

    private void Begin(DegradedDefinition? degraded, params LimitDefinition[] limits)
    {
        _world.CreateClient(limits);
        _world.Done(() => _world.PlanGrain("gold").Replace(PlanOf(degraded, limits)));
    }

    private DegradedReply? Ask(long known, long session = 1, long? debt = null, long taken = 0)
    {
        var request = GrainWorld.RequestOf(1) with
        {
            RequestId = new RequestId(session, ++_sequence),
            TermsVersion = known,
            Debt = debt is { } total ? DebtOf(total, taken) : null,
        };
        var reply = _world.AskTwice(request);
        Assert.Equal(Verdict.Admitted, reply.Verdict);
        _world.Run(async () => await _world.Admission.Complete(new CompletionBatch
        {
            Completions = [new Completion(request.RequestId, CompletionOutcome.Dispatched)],
        }));
        return reply.Degraded;
    }

    private long Used(string limit) => _world.Inspect().Limits.Single(state => state.Name == limit).Used;
}
