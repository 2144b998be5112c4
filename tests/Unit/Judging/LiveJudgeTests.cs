using Sluice.Testing.Judging;
using Xunit;
using static Sluice.Unit.Judging.Live;

namespace Sluice.Unit.Judging;

/// <summary>The judge of the live tests, fed with histories that keep a promise by a hair and that break it.</summary>
public sealed class LiveJudgeTests
{
    private static readonly Terms Rate = new() { Rate = TenASecond };
    private static readonly Terms TwoSlots = new() { Slots = 2 };
    private static readonly Terms ThreeCalls = new() { Quota = 3 };

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    [InlineData(9, 4)]
    public void A_burst_may_be_as_large_as_the_capacity(int calls, long excess)
    {
        var history = Of([.. Enumerable.Repeat(1.0, calls).Select(Call)]);

        Assert.Equal(excess, Math.Max(0, RateLaw.Excess(history.Admitted(), TenASecond, out _)));
        Assert.Equal(excess > 0 ? ["R1"] : [], Laws(history, Rate));
    }

    [Fact]
    public void Two_bursts_need_the_time_between_them_that_refills_one()
    {
        IEnumerable<(ClientEntry, PoolEntry?)> Bursts(double apart) =>
            [.. Enumerable.Repeat(1.0, 5).Select(Call), .. Enumerable.Repeat(1.0 + apart, 5).Select(Call)];

        Assert.Empty(Laws(Of(Bursts(0.5)), Rate));
        Assert.Equal(["R1"], Laws(Of(Bursts(0.49)), Rate));
    }

    /// <summary>Guards the innocent: the sixth may have been decided on long before it came to the pool.</summary>
    [Fact]
    public void Only_what_lies_wholly_within_a_window_counts_for_it()
    {
        var five = Enumerable.Repeat(1.0, 5).Select(Call);

        Assert.Empty(Laws(Of([.. five, Call(sent: 0.8, arrived: 1.05, ended: 2)]), Rate));
        Assert.Equal(["R1"], Laws(Of([.. five, Call(sent: 0.95, arrived: 1.04, ended: 2)]), Rate));
    }

    [Fact]
    public void A_rate_of_tokens_is_held_to_by_the_tokens()
    {
        var history = Of([Call(1), Call(1.1)]); // 10 tokens each.
        var rate = new RateTerms(Burst: 15, Amount: 40, TimeSpan.FromSeconds(1));

        Assert.Equal(1, RateLaw.Excess(history.Admitted(call => call.Tokens), rate, out var window));
        Assert.Equal((At(1), At(1.1)), window);
    }

    [Fact]
    public void Tokens_count_where_the_client_had_a_whole_answer()
    {
        var terms = new Terms { Tokens = new RateTerms(Burst: 15, Amount: 40, TimeSpan.FromSeconds(1)) };
        var (asked, pooled) = Call(1.1);

        Assert.Equal(["R1"], Laws(Of([Call(1), (asked, pooled)]), terms));
        Assert.Empty(Laws(Of([Call(1), (asked with { Ending = Ending.HungUp }, pooled)]), terms));
    }

    [Fact]
    public void What_a_refused_call_would_have_cost_in_tokens_nobody_knows() =>
        Assert.Empty(Laws(
            Of([Refused(Terms.TokensName, 1, 2)]),
            new Terms { Tokens = new RateTerms(Burst: 15, Amount: 40, TimeSpan.FromSeconds(1)) }));

    [Fact]
    public void One_call_more_than_there_are_slots_is_seen_even_for_an_instant()
    {
        Assert.Empty(Laws(Of([Call(1, 1, 3), Call(1, 1, 2), Call(2, 2, 3)]), TwoSlots));
        Assert.Equal(["C1"], Laws(Of([Call(1, 1, 3), Call(1, 1, 2.000_000_001), Call(2, 2, 3)]), TwoSlots));
    }

    [Fact]
    public void A_call_without_an_end_runs_for_ever() =>
        Assert.Equal(["C1"], Laws(Of([Running(1), Running(2), Call(50, 50, 51)]), TwoSlots));

    [Fact]
    public void A_slot_that_is_taken_after_the_end_is_stuck() =>
        Assert.Equal(["C2"], Laws(Of([Call(1)]), TwoSlots, new Counted(1, 0)));

    [Fact]
    public void A_quota_is_exact()
    {
        var three = Of([Call(1), Call(2), Call(3)]);

        Assert.Empty(Laws(three, ThreeCalls, new Counted(0, 3)));
        Assert.Equal(["Q2"], Laws(three, ThreeCalls, new Counted(0, 2)));
        Assert.Equal(["Q2"], Laws(Of([Call(1)]), ThreeCalls, new Counted(0, 2)));
        Assert.Contains("Q1", Laws(Of([Call(1), Call(2), Call(3), Call(4)]), ThreeCalls, new Counted(0, 3)));
    }

    [Fact]
    public void A_call_that_nobody_knows_of_may_be_counted_or_not()
    {
        var history = Of([Call(1), Lost(2, 3)]);

        Assert.Empty(Laws(history, ThreeCalls, new Counted(0, 1)));
        Assert.Empty(Laws(history, ThreeCalls, new Counted(0, 2)));
        Assert.Equal(["Q2"], Laws(history, ThreeCalls, new Counted(0, 3)));
    }

    [Fact]
    public void What_a_crash_leaves_reserved_explains_a_count_only_after_one()
    {
        var reserved = ThreeCalls with { QuotaWithheld = 1 };

        Assert.Equal(["Q2"], Laws(Of([Call(1)]), reserved, new Counted(0, 2)));
        Assert.Empty(Laws(Of([Call(1)]), reserved with { TroubleAt = At(1) }, new Counted(0, 2)));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public void Trouble_is_never_told_as_the_clients_fault(int status) =>
        Assert.Equal(["K1"], Laws(Of([Answered(status, 1), Answered(503, 2)]), Rate));

    [Fact]
    public void A_rate_refuses_wrongly_when_something_was_left_all_the_time()
    {
        var four = Enumerable.Repeat(1.0, 4).Select(Call).ToList();

        Assert.Equal(["L1"], Laws(Of([.. four, Refused(Terms.RateName, 1, 1.1)]), Rate));
        Assert.Empty(Laws(Of([.. four, Call(1), Refused(Terms.RateName, 1, 1.1)]), Rate));
        Assert.Empty(Laws(Of([.. four, Call(1), Refused(Terms.RateName, 1.099, 1.2)]), Rate));
        Assert.Equal(["L1"], Laws(Of([.. four, Call(1), Refused(Terms.RateName, 1.1, 1.2)]), Rate));
    }

    [Fact]
    public void A_rate_refuses_rightly_when_calls_that_nobody_knows_of_may_have_taken_the_rest()
    {
        var four = Enumerable.Repeat(1.0, 4).Select(Call).ToList();

        Assert.Empty(Laws(Of([.. four, Lost(1, 1.05), Refused(Terms.RateName, 1.06, 1.06)]), Rate));
        Assert.Empty(Laws(Of([.. four, Call(1.05, 2, 2), Refused(Terms.RateName, 1, 1.1)]), Rate));
    }

    [Fact]
    public void After_trouble_a_rate_may_withhold_what_was_stored_ahead()
    {
        var withheld = Rate with { RateWithheld = 1 };
        var history = Of([.. Enumerable.Repeat(1.0, 4).Select(Call), Refused(Terms.RateName, 1, 1.05)]);

        Assert.Equal(["L1"], Laws(history, withheld));
        Assert.Equal(["L1"], Laws(history, withheld with { TroubleAt = At(1.06) }));
        Assert.Empty(Laws(history, withheld with { TroubleAt = At(1.04) }));
    }

    [Fact]
    public void What_is_out_at_other_edges_explains_a_refusal()
    {
        var history = Of([.. Enumerable.Repeat(1.0, 3).Select(Call), Refused(Terms.RateName, 1, 1.05)]);

        Assert.Equal(["L1"], Laws(history, Rate with { RateOut = 1 }));
        Assert.Empty(Laws(history, Rate with { RateOut = 2 }));
    }

    [Fact]
    public void Slots_refuse_wrongly_when_one_was_free_all_the_time()
    {
        Assert.Equal(["L1"], Laws(Of([Call(1, 1, 9), Refused(Terms.SlotsName, 2, 3)]), TwoSlots));
        Assert.Empty(Laws(Of([Call(1, 1, 9), Call(1, 1, 1.5), Refused(Terms.SlotsName, 2, 3)]), TwoSlots));
        Assert.Equal(
            ["L1"], Laws(Of([Call(5, 5, 19), Call(1, 1, 1.5), Refused(Terms.SlotsName, 12, 13)]), TwoSlots));
        Assert.Empty(Laws(Of([Call(5, 5, 19), Lost(1, 1.5), Refused(Terms.SlotsName, 12, 13)]), TwoSlots));
    }

    [Fact]
    public void A_quota_refuses_wrongly_when_something_is_left_of_it()
    {
        var counted = new Counted(0, 2);

        Assert.Equal(["L1"], Laws(Of([Call(1), Call(2), Refused(Terms.QuotaName, 3, 4)]), ThreeCalls, counted));
        Assert.Empty(Laws(Of([Call(1), Call(2), Lost(2, 2), Refused(Terms.QuotaName, 3, 4)]), ThreeCalls, counted));
    }

    [Fact]
    public void A_refusal_by_a_limit_that_there_is_not_is_wrong() =>
        Assert.Equal(["L1"], Laws(Of([Refused(Terms.SlotsName, 1, 2)]), Rate));

    [Fact]
    public void Records_that_do_not_fit_judge_nobody()
    {
        var (asked, pooled) = Call(1);

        Assert.Throws<InvalidDataException>(() => new History([], [pooled!]));
        Assert.Throws<InvalidDataException>(() => new History([asked], [pooled!, pooled!]));
        Assert.Throws<InvalidDataException>(() => new History([asked with { Sent = At(2) }], [pooled!]));
    }
}
