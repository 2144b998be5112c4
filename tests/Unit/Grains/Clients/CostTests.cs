using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Usage;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards limits in money: a call is reserved and charged by the price that it was admitted with.</summary>
public sealed class CostTests
{
    private readonly GrainWorld _world = new();
    private long _lastSequence;

    [Fact]
    public void A_call_reserves_its_price_and_is_charged_for_what_it_used()
    {
        CreateClient(Budget(10_000_000), Price(input: 2_000_000, output: 8_000_000));

        var sequence = Admitted(input: 1_000, cap: 500);
        Assert.Equal(2_000 + 4_000, Used);

        Complete(sequence, input: 900, output: 100);
        Assert.Equal(1_800 + 800, Used);
    }

    [Fact]
    public void A_call_without_an_end_that_anybody_knows_costs_its_input_and_what_was_seen()
    {
        CreateClient(Budget(10_000_000), Price(input: 2_000_000, output: 8_000_000));
        var sequence = Admitted(input: 1_000, cap: 500);

        Complete(sequence, input: 0, output: 10, UsageCertainty.Estimated);

        Assert.Equal(2_000 + 80, Used);
    }

    [Fact]
    public void What_no_pool_worked_on_costs_nothing()
    {
        CreateClient(Budget(10_000_000), Price(input: 2_000_000, output: 8_000_000) with { Request = 7 });
        var sequence = Admitted(input: 1_000, cap: 500);

        Complete(sequence, input: 0, output: 0, UsageCertainty.NothingUsed);

        Assert.Equal(0, Used);
    }

    [Fact]
    public void A_call_is_charged_by_the_price_of_its_admission_though_prices_change_while_it_runs()
    {
        CreateClient(Budget(10_000_000), Price(input: 2_000_000, output: 0));
        var sequence = Admitted(input: 1_000, cap: 1);
        Replace(Budget(10_000_000), Price(input: 50_000_000, output: 0));

        Complete(sequence, input: 800, output: 1);

        Assert.Equal(1_600, Used);
        Admitted(input: 1_000, cap: 1);
        Assert.Equal(1_600 + 50_000, Used);
    }

    [Fact]
    public void A_call_that_moves_to_another_silo_keeps_its_price()
    {
        CreateClient(Budget(10_000_000), Price(input: 2_000_000, output: 0));
        var sequence = Admitted(input: 1_000, cap: 1);

        _world.Move();
        Complete(sequence, input: 800, output: 1);

        Assert.Equal(1_600, Used);
    }

    [Fact]
    public void A_budget_that_is_used_up_refuses_and_says_what_is_short()
    {
        CreateClient(Budget(5_000), Price(input: 1_000_000, output: 0));
        Admitted(input: 3_000, cap: 1);

        var refused = Ask(input: 2_001, cap: 1);

        Assert.Equal((Verdict.QuotaExhausted, "budget"), (refused.Verdict, refused.RefusedBy));
        Assert.Equal(new LimitShortage("cost", 2_001, 5_000), refused.Shortage);
        Assert.Equal(3_000, Used);
        Admitted(input: 2_000, cap: 1);
    }

    [Fact]
    public void A_guessed_answer_never_costs_more_than_the_budget_holds()
    {
        CreateClient(Budget(3_000), Price(input: 0, output: 1_000_000));

        var sequence = Admitted(input: 10, cap: 0); // Nobody states a cap, and the usual guess is far above.

        Assert.Equal(3_000, Used);
        Complete(sequence, input: 10, output: 40);
        Assert.Equal(40, Used);
    }

    [Fact]
    public void Models_have_prices_of_their_own()
    {
        CreateClient(
            Budget(1_000_000),
            Price(input: 1_000_000, output: 0),
            Price(input: 3_000_000, output: 0) with { Models = "m-large" });

        Admitted(input: 100, cap: 1, model: "m-small");
        Admitted(input: 100, cap: 1, model: "m-large");

        Assert.Equal(100 + 300, Used);
    }

    [Fact]
    public void A_plan_with_a_budget_and_no_price_for_every_model_is_refused()
    {
        var plan = GrainWorld.PlanOf("bare", Budget(5_000));

        var reply = _world.Run(() => _world.PlanGrain("bare").Create(plan));

        Assert.Equal(ChangeOutcome.Invalid, reply.Outcome);
        Assert.Contains("every model needs a price", reply.Detail, StringComparison.Ordinal);
    }

    /// <summary>Guards a budget that a client has of its own, beside a plan without prices.</summary>
    [Fact]
    public void A_call_without_a_price_is_never_free()
    {
        _world.CreateClient();
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold", Budget(5_000))));

        var refused = Ask(input: 1, cap: 1);

        Assert.Equal((Verdict.QuotaExhausted, "budget"), (refused.Verdict, refused.RefusedBy));
    }

    [Fact]
    public void A_budget_is_not_compared_with_a_log_that_has_no_prices()
    {
        CreateClient(Budget(10_000), Price(input: 1_000_000, output: 0));
        Admitted(input: 3_000, cap: 1);

        _world.Run(() => _world.Silo.Client.GetGrain<IClientUsage>(GrainWorld.ClientId).Reconcile(after: 0));
        _world.Advance(TimeSpan.FromSeconds(3));
        _world.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(3_000, Used);
    }

    private static LimitDefinition Budget(long amount) =>
        GrainWorld.Quota(amount, "budget") with { Unit = LimitUnit.Other, UnitName = "cost" };

    private static PriceDefinition Price(long input, long output) =>
        new() { Models = "*", Input = input, Output = output };

    private long Used => _world.Inspect().Limits.Single(limit => limit.Name == "budget").Used;

    private void CreateClient(LimitDefinition budget, params PriceDefinition[] prices)
    {
        _world.CreateClient();
        Replace(budget, prices);
    }

    private void Replace(LimitDefinition budget, params PriceDefinition[] prices) => _world.Done(
        () => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold", budget) with { Prices = prices }));

    private AdmitReply Ask(long input, long cap, string model = "m") => _world.AskTwice(
        GrainWorld.RequestOf(++_lastSequence, model) with { InputUpper = input, OutputCap = cap });

    private long Admitted(long input, long cap, string model = "m")
    {
        Assert.Equal(Verdict.Admitted, Ask(input, cap, model).Verdict);
        return _lastSequence;
    }

    private void Complete(
        long sequence, long input, long output, UsageCertainty certainty = UsageCertainty.Reported) =>
        _world.Run(async () =>
        {
            await _world.Admission.Complete(new CompletionBatch
            {
                Completions =
                [
                    new Completion(new RequestId(1, sequence), CompletionOutcome.Dispatched)
                    {
                        InputTokens = input, OutputTokens = output, Certainty = certainty,
                    },
                ],
            });
            return true;
        });
}
