using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards limits of tokens, images and pages: charged before the work, settled by what it was.</summary>
public sealed class TokenTests
{
    private readonly GrainWorld _world = new();

    [Fact]
    public void A_call_takes_its_input_and_its_cap_until_its_use_is_told()
    {
        _world.CreateClient(TokenRate(10_000));

        var admitted = Admit(1, input: 300, cap: 700);

        Assert.Equal(Verdict.Admitted, admitted.Verdict);
        Assert.Equal(new LimitStatus("tpm", 10_000, 9_000, TimeSpan.FromSeconds(6)), admitted.Tokens);
        Assert.Null(admitted.Requests.Name);
        Complete(Reported(1, input: 200, output: 50));
        Assert.Equal(250, UsedOf("tpm"));
        Assert.Equal((LimitUnit.TotalTokens, null), UnitOf("tpm"));
    }

    [Fact]
    public void A_refusal_says_the_wait_to_the_tick_and_what_is_short()
    {
        _world.CreateClient(TokenRate(6_000));
        AdmitStored(1, input: 5_000, cap: 500);

        var refused = Admit(2, input: 600, cap: 400);

        Assert.Equal((Verdict.RateLimited, "tpm"), (refused.Verdict, refused.RefusedBy));
        Assert.Equal(TimeSpan.FromSeconds(5), refused.RetryAfter); // 500 short, 100 a second.
        Assert.Equal(new LimitShortage("tokens", 1_000, 6_000), refused.Shortage);
        _world.Advance(refused.RetryAfter - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.RateLimited, Admit(2, input: 600, cap: 400).Verdict);
        _world.Advance(TimeSpan.FromTicks(1));
        AdmitStored(2, input: 600, cap: 400);
    }

    [Fact]
    public void What_a_limit_never_holds_is_told_so()
    {
        _world.CreateClient(TokenRate(1_000), Images(20));

        var tokens = Admit(1, input: 900, cap: 101);
        var images = Admit(2, images: 21);

        Assert.Equal((Verdict.TooLarge, "tpm", TimeSpan.Zero), (tokens.Verdict, tokens.RefusedBy, tokens.RetryAfter));
        Assert.Equal(new LimitShortage("tokens", 1_001, 1_000), tokens.Shortage);
        Assert.Equal((Verdict.TooLarge, new LimitShortage("images", 21, 20)), (images.Verdict, images.Shortage));
        Assert.Equal(0, UsedOf("tpm"));
    }

    [Fact]
    public void Use_beyond_the_reservation_is_a_debt_that_refills_first()
    {
        _world.CreateClient(TokenRate(6_000));
        Admit(1, input: 100, cap: 100);

        Complete(Reported(1, input: 100, output: 6_900));

        Assert.Equal(TimeSpan.FromSeconds(11), Admit(2, input: 50, cap: 50).RetryAfter); // 1 000 short, and 100.
    }

    [Theory]
    [InlineData(CompletionOutcome.NotDispatched, UsageCertainty.NothingUsed, 0, 0, 0)]
    [InlineData(CompletionOutcome.Dispatched, UsageCertainty.NothingUsed, 1, 0, 0)]
    [InlineData(CompletionOutcome.Dispatched, UsageCertainty.Reported, 1, 230, 5)]
    [InlineData(CompletionOutcome.Dispatched, UsageCertainty.Estimated, 1, 330, 5)]
    [InlineData(CompletionOutcome.Dispatched, UsageCertainty.Unknown, 1, 330, 5)]
    [InlineData(CompletionOutcome.Dispatched, (UsageCertainty)77, 1, 330, 5)]
    public void Every_way_to_end_costs_what_is_known_of_it(
        CompletionOutcome outcome, UsageCertainty certainty, long requests, long tokens, long images)
    {
        _world.CreateClient(
            TokenRate(10_000), Images(20), GrainWorld.Rate(10), GrainWorld.Quota(100),
            TokenQuota(100_000, CalendarPeriod.Day));
        AdmitStored(1, input: 300, cap: 700, images: 5);
        var end = new Completion(new RequestId(1, 1), outcome)
        {
            InputTokens = 200, OutputTokens = 30, Certainty = certainty,
        };

        Complete(end);
        Complete(end with { OutputTokens = 999, Certainty = UsageCertainty.Reported }); // A repeat changes nothing.

        Assert.Equal(
            (requests, requests, tokens, tokens, images),
            (UsedOf("rpm"), UsedOf("monthly"), UsedOf("tpm"), UsedOf("daily"), UsedOf("images")));
    }

    [Fact]
    public void What_answers_seldom_pass_is_learned_from_what_pools_report_alone()
    {
        _world.CreateClient(TokenRate(1_000_000));
        for (var call = 1; call <= 20; call++)
        {
            Admit(call, input: 0, cap: 5_000);
            Complete(Reported(call, 0, 100) with { Certainty = UsageCertainty.Estimated });
        }

        Assert.Equal(5_000, ReservedBy(100, cap: 5_000));
        for (var call = 21; call <= 40; call++)
        {
            Admit(call, input: 0, cap: 5_000);
            Complete(Reported(call, 0, 100));
        }

        Assert.InRange(ReservedBy(101, cap: 5_000), 120, 135);
        Assert.Equal(90, ReservedBy(102, cap: 90));
        Assert.Equal(5_000, ReservedBy(103, cap: 5_000, model: "m2"));
    }

    [Fact]
    public void A_plan_may_reserve_the_whole_cap_and_have_it_stated()
    {
        _world.CreateClient(TokenRate(1_000_000));
        Assert.False(Admit(99, cap: 10).StateOutputCap);
        for (var call = 1; call <= 20; call++)
        {
            Admit(call, input: 0, cap: 5_000);
            Complete(Reported(call, 0, 100));
        }

        var plan = GrainWorld.PlanOf("gold", TokenRate(1_000_000)) with { ReserveFullCap = true };
        _world.Done(() => _world.PlanGrain("gold").Replace(plan));

        Assert.Equal(5_000, ReservedBy(100, cap: 5_000));
        Assert.True(Admit(101, cap: 10).StateOutputCap);
    }

    [Fact]
    public void A_plan_that_counts_requests_alone_has_no_cap_stated_whatever_it_promises()
    {
        _world.CreateClient(GrainWorld.Rate(10));
        _world.Done(() => _world.PlanGrain("gold").Replace(
            GrainWorld.PlanOf("gold", GrainWorld.Rate(10)) with { ReserveFullCap = true }));

        var admitted = Admit(1, input: 10, cap: 10);

        Assert.False(admitted.StateOutputCap);
        Assert.Null(admitted.Tokens.Name);
    }

    [Fact]
    public void A_quota_of_tokens_waits_for_its_reserve_and_ends_at_its_limit()
    {
        _world.CreateClient(TokenQuota(10_000, CalendarPeriod.Day));

        Assert.Equal(Verdict.Pending, Admit(1, input: 4_000, cap: 1_000).Verdict);
        Assert.Equal(Verdict.Admitted, Admit(1, input: 4_000, cap: 1_000).Verdict);
        Assert.InRange(StoredOf("daily/total-tokens/Day"), 5_000, 10_000);
        AdmitStored(2, input: 4_000, cap: 1_000);
        var refused = Admit(3, input: 1);

        Assert.Equal((Verdict.QuotaExhausted, "daily"), (refused.Verdict, refused.RefusedBy));
        Assert.Equal(("tokens", 10_000), (refused.Shortage.Unit, refused.Shortage.Most));
    }

    /// <summary>Guards the count across a crash: what cannot be refused any more is stored at once.</summary>
    [Fact]
    public void Use_beyond_a_quotas_reservation_is_stored_though_nobody_asks_again()
    {
        _world.CreateClient(TokenQuota(10_000, CalendarPeriod.Day));
        AdmitStored(1, input: 100, cap: 100);

        Complete(Reported(1, input: 100, output: 30_000));

        Assert.Equal(30_100, StoredOf("daily/total-tokens/Day"));
        _world.Crash();
        Assert.Equal(30_100, UsedOf("daily"));
    }

    [Fact]
    public void Use_that_becomes_known_while_another_write_runs_is_stored_after_it()
    {
        _world.CreateClient(TokenQuota(10_000, CalendarPeriod.Day));
        AdmitStored(1, input: 100, cap: 100);
        AdmitStored(2, input: 100, cap: 100);
        _world.Ledger.Hold();
        Complete(Reported(1, input: 100, output: 20_000));
        Complete(Reported(2, input: 100, output: 30_000));

        _world.Ledger.Release();
        _world.Settle();

        Assert.Equal(50_200, StoredOf("daily/total-tokens/Day"));
    }

    [Theory]
    [InlineData(CalendarPeriod.Second, 1)]
    [InlineData(CalendarPeriod.Minute, 60)]
    [InlineData(CalendarPeriod.Hour, 3_600)]
    [InlineData(CalendarPeriod.Day, 86_400)]
    [InlineData(CalendarPeriod.Week, 604_800)]
    [InlineData(CalendarPeriod.Month, 31 * 86_400)]
    public void Every_calendar_goes_on_after_a_crash_and_begins_anew_with_its_period(
        CalendarPeriod calendar, int seconds)
    {
        var limit = new LimitDefinition { Name = "q", Kind = LimitKind.Quota, Amount = 20, Calendar = calendar };
        _world.CreateClient(limit);
        Assert.Equal(20, _world.AdmitMany(30));

        _world.Crash();
        Assert.Equal(20, UsedOf("q"));
        Assert.Equal(0, _world.AdmitMany(5));

        _world.Jump(TimeSpan.FromSeconds(seconds));
        Assert.Equal(20, _world.AdmitMany(30));
    }

    /// <summary>Guards who leaves a quota and comes back to it, also over a crash in between.</summary>
    [Fact]
    public void A_quota_that_the_plan_has_again_goes_on_where_it_was()
    {
        var daily = TokenQuota(10_000, CalendarPeriod.Day);
        _world.CreateClient(daily);
        AdmitStored(1, input: 3_000, cap: 1_000);
        Complete(Reported(1, 3_000, 1_000));
        _world.Done(() => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold")));
        _world.Crash();
        Assert.Empty(_world.Inspect().Limits);

        _world.Done(() => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold", daily)));

        Assert.InRange(UsedOf("daily"), 4_000, 10_000);
    }

    [Fact]
    public void Moving_takes_along_what_running_calls_reserved()
    {
        _world.CreateClient(
            TokenRate(10_000), Images(20), TokenQuota(100_000, CalendarPeriod.Day));
        AdmitStored(1, input: 300, cap: 700, images: 5);
        AdmitStored(2, input: 300, cap: 700, images: 5);

        _world.Move();
        Assert.Equal((2_000, 2_000, 10), (UsedOf("tpm"), UsedOf("daily"), UsedOf("images")));
        Complete(Reported(1, input: 300, output: 10));
        Complete(new Completion(new RequestId(1, 2), CompletionOutcome.NotDispatched));

        Assert.Equal((310, 310, 5), (UsedOf("tpm"), UsedOf("daily"), UsedOf("images")));
    }

    /// <summary>Guards against a newer neighbour's limit that would be dropped, or counted as another one.</summary>
    [Fact]
    public void A_limit_that_is_not_known_here_is_neither_stored_nor_taken_over()
    {
        _world.CreateClient(GrainWorld.Rate(10));
        var newer = GrainWorld.PlanOf("gold", GrainWorld.Rate(10) with { Unit = (LimitUnit)77 });

        var refused = _world.Run(() => _world.PlanGrain("gold").Replace(newer));
        var told = _world.Begin(() => _world.Silo.Client.GetGrain<IPlanSubscriber>(GrainWorld.ClientId)
            .PlanChanged(newer with { Version = 5 }));

        Assert.Equal(ChangeOutcome.Invalid, refused.Outcome);
        Assert.Contains("limits[0].unit: '77 ' is not", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("limits[0].unit: '77 ' is not", told.Exception!.ToString(), StringComparison.Ordinal);
        Assert.Equal(10, _world.AdmitMany(20)); // By the plan that it knows.
    }

    [Fact]
    public void Pages_are_counted_by_the_day()
    {
        _world.CreateClient(new LimitDefinition
        {
            Name = "pages", Kind = LimitKind.Quota, Amount = 50, Unit = LimitUnit.Other, UnitName = "pages",
            Calendar = CalendarPeriod.Day,
        });

        AdmitStored(1, pages: 50);

        Assert.Equal(new LimitShortage("pages", 1, 50), Admit(2, pages: 1).Shortage);
        Assert.Equal(Verdict.Admitted, Admit(3).Verdict); // Without pages it costs none.
        Assert.Equal((LimitUnit.Other, "pages"), UnitOf("pages"));
    }

    [Fact]
    public void A_rate_of_images_is_not_told_as_one_of_tokens()
    {
        _world.CreateClient(Images(20));

        Assert.Equal(default, Admit(1, images: 1).Tokens);
        Assert.Equal(1, UsedOf("images"));
    }

    private static LimitDefinition TokenRate(long amount) => new()
    {
        Name = "tpm", Kind = LimitKind.Rate, Amount = amount, Period = TimeSpan.FromMinutes(1),
        Unit = LimitUnit.TotalTokens,
    };

    private static LimitDefinition TokenQuota(long amount, CalendarPeriod calendar) => new()
    {
        Name = "daily", Kind = LimitKind.Quota, Amount = amount, Calendar = calendar, Unit = LimitUnit.TotalTokens,
    };

    private static LimitDefinition Images(long amount) => new()
    {
        Name = "images", Kind = LimitKind.Rate, Amount = amount, Period = TimeSpan.FromMinutes(1),
        Unit = LimitUnit.Other, UnitName = "images",
    };

    private static Completion Reported(long sequence, long input, long output) =>
        new(new RequestId(1, sequence), CompletionOutcome.Dispatched)
        {
            InputTokens = input, OutputTokens = output, Certainty = UsageCertainty.Reported,
        };

    private AdmitReply Admit(
        long sequence, long input = 0, long cap = 0, long images = 0, long pages = 0, string model = "m") =>
        _world.Run(() => _world.Admission.Admit(GrainWorld.RequestOf(sequence, model) with
        {
            InputUpper = input, OutputCap = cap, Images = images, Pages = pages,
        }));

    /// <summary>Asked until it is decided, as edges do.</summary>
    private void AdmitStored(long sequence, long input = 0, long cap = 0, long images = 0, long pages = 0)
    {
        if (Admit(sequence, input, cap, images, pages).Verdict is Verdict.Pending)
        {
            Assert.Equal(Verdict.Admitted, Admit(sequence, input, cap, images, pages).Verdict);
        }
    }

    /// <summary>What a call takes of the rate of tokens; it is given back.</summary>
    private long ReservedBy(long sequence, long cap, string model = "m")
    {
        var before = UsedOf("tpm");
        Admit(sequence, cap: cap, model: model);
        var reserved = UsedOf("tpm") - before;
        Complete(new Completion(new RequestId(1, sequence), CompletionOutcome.NotDispatched));
        return reserved;
    }

    private void Complete(Completion completion) => _world.Run(async () =>
    {
        await _world.Admission.Complete(new CompletionBatch { Completions = [completion] });
        return true;
    });

    private long UsedOf(string name) => _world.Inspect().Limits.Single(limit => limit.Name == name).Used;

    private (LimitUnit Unit, string? Name) UnitOf(string name)
    {
        var limit = _world.Inspect().Limits.Single(one => one.Name == name);
        return (limit.Unit, limit.UnitName);
    }

    private long StoredOf(string key) => _world.Ledger.ReservedOf(GrainWorld.ClientId, key);
}
