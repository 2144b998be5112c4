using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards limits of tokens while streams run: what they use is counted before they end, once in all.</summary>
public sealed class StreamTests
{
    private readonly GrainWorld _world = new();

    [Fact]
    public void What_a_stream_has_used_beyond_its_reservation_is_counted_and_stored_while_it_runs()
    {
        _world.CreateClient(TokenQuota(100_000), TokenRate(60_000));
        var held = Admit(1, input: 100, cap: 400).Held;
        Assert.Equal(new HeldTokens(100, 400, MayStop: false), held);

        Report(Use(1, output: 400));
        Assert.Equal((500, 500), (UsedOf("daily"), UsedOf("tpm")));
        Report(Use(1, output: 5_000));

        Assert.Equal((5_100, 5_100), (UsedOf("daily"), UsedOf("tpm")));
        Assert.True(LimitOf("daily").Reserved >= 5_100);
        Report(Use(1, output: 4_000));
        Report(Use(1, output: 5_000));
        Complete(1, input: 60, output: 5_100);
        Assert.Equal((5_160, 5_160), (UsedOf("daily"), UsedOf("tpm")));
    }

    [Fact]
    public void A_plan_that_counts_no_tokens_asks_for_no_reports()
    {
        _world.CreateClient(GrainWorld.Slots(10), GrainWorld.Quota(10));

        Assert.Null(Admit(1, input: 100, cap: 400).Held);
    }

    /// <summary>Guards the count after a crash: what nobody had stored is told again by who runs the stream.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_next_owner_learns_from_the_edge_what_a_stream_holds_and_has_used(bool hasSlots)
    {
        _world.CreateClient(hasSlots ? [TokenQuota(100_000), GrainWorld.Slots(10)] : [TokenQuota(100_000)]);
        Admit(1, input: 100, cap: 400);
        Report(Use(1, output: 300));
        _world.Crash();
        var epoch = _world.Inspect().Epoch;
        var recovered = UsedOf("daily");
        Assert.True(recovered >= 500);

        Report(epoch, Use(1, output: 2_400));

        Assert.Equal(recovered + 2_000, UsedOf("daily"));
        Complete(1, input: 90, output: 2_450);
        Assert.Equal(recovered + 2_040, UsedOf("daily")); // 2 540 in all, of which 500 were stored before.
        Complete(1, input: 90, output: 2_450);
        Assert.Equal(recovered + 2_040, UsedOf("daily"));
    }

    [Fact]
    public void A_call_is_taken_over_once_and_not_when_an_old_report_comes_late()
    {
        _world.CreateClient(TokenQuota(100_000));
        Admit(1, input: 100, cap: 400);
        _world.Crash();
        var epoch = _world.Inspect().Epoch;
        Report(epoch, Use(1, output: 2_400));
        Complete(1, input: 100, output: 2_400);
        var used = UsedOf("daily");

        Report(epoch, Use(1, output: 2_400));

        Assert.Empty(_world.Inspect().Slots);
        Assert.Equal(used, UsedOf("daily"));
    }

    [Fact]
    public void A_plan_that_stops_streams_names_those_that_have_used_up_a_limit()
    {
        _world.CreateClient(TokenQuota(1_000), TokenRate(1_000_000));
        Replace(TokenQuota(1_000), TokenRate(1_000_000));
        Assert.True(Admit(1, input: 100, cap: 300).Held!.Value.MayStop);
        Admit(2, input: 100, cap: 300);
        Admit(3, input: 50, cap: 50);
        Assert.Empty(Report(Use(1, 300), Use(2, 300), Use(3, 50)).Stops);

        var reply = Report(Use(1, 500), Use(2, 300), Use(3, 90) with { CanStop = false });

        Assert.Equal([new StoppedCall(1, "daily")], reply.Stops);
        Assert.Equal([new StoppedCall(1, "daily")], Report(Use(1, 500), Use(2, 300)).Stops);
        Assert.Equal("daily", _world.Run(() => _world.Silo.Client.GetGrain<IClientExplanation>(GrainWorld.ClientId)
            .ExplainDecision(new RequestId(1, 1)))!.StoppedBy);
        Assert.Null(_world.Run(() => _world.Silo.Client.GetGrain<IClientExplanation>(GrainWorld.ClientId)
            .ExplainDecision(new RequestId(1, 2)))!.StoppedBy);
    }

    [Fact]
    public void Without_the_plan_saying_so_no_stream_is_stopped()
    {
        _world.CreateClient(TokenQuota(1_000));
        Admit(1, input: 100, cap: 300);

        Assert.Empty(Report(Use(1, 5_000)).Stops);

        Assert.Equal(5_100, UsedOf("daily"));
    }

    /// <summary>Guards what is reserved: an answer that was cut says nothing of how long answers are.</summary>
    [Fact]
    public void A_stream_that_was_stopped_teaches_nothing()
    {
        _world.CreateClient(TokenRate(1_000_000));
        for (var call = 1; call <= 20; call++)
        {
            Admit(call, input: 0, cap: 5_000);
            Complete(call, 0, 100, isStopped: true);
        }

        Assert.Equal(5_000, Admit(21, input: 0, cap: 5_000).Held!.Value.OutputTokens);
    }

    /// <summary>Guards bills: an edge is gone, and what it told last is the least that was used.</summary>
    [Fact]
    public void A_stream_that_is_lost_is_logged_with_what_was_told_of_it()
    {
        _world.CreateClient(TokenQuota(100_000));
        Admit(1, input: 100, cap: 400);
        Report(Use(1, output: 5_000));

        _world.Advance(TimeSpan.FromSeconds(15));
        Admit(2, input: 1, cap: 1);

        var lost = Assert.Single(_world.Usage.Lost);
        Assert.Equal((100, 5_000), (lost.InputTokens, lost.OutputTokens));
    }

    private static LimitDefinition TokenQuota(long amount) => GrainWorld.Quota(amount, "daily") with
    {
        Unit = LimitUnit.TotalTokens, Calendar = CalendarPeriod.Day,
    };

    private static LimitDefinition TokenRate(long amount) => new()
    {
        Name = "tpm", Kind = LimitKind.Rate, Amount = amount, Period = TimeSpan.FromMinutes(1),
        Unit = LimitUnit.TotalTokens,
    };

    private static LiveUse Use(long sequence, long output) => new(sequence, 0, output, 100, 400, CanStop: true);

    private void Replace(params LimitDefinition[] limits) => _world.Done(() => _world.PlanGrain("gold").Replace(
        GrainWorld.PlanOf("gold", limits) with { StopStreams = true }));

    private AdmitReply Admit(long sequence, long input, long cap)
    {
        var reply = _world.AskTwice(
            GrainWorld.RequestOf(sequence) with { InputUpper = input, OutputCap = cap });
        Assert.Equal(Verdict.Admitted, reply.Verdict);
        return reply;
    }

    private ReportReply Report(params LiveUse[] uses) => Report(_world.Inspect().Epoch, uses);

    private ReportReply Report(long epoch, params LiveUse[] uses) => _world.Run(() => _world.Admission.Report(
        new LiveRequests
        {
            EdgeSession = 1,
            UpToSequence = 100,
            Sequences = Array.ConvertAll(uses, use => use.Sequence),
            Epoch = epoch,
            Admitted = Array.ConvertAll(uses, use => use.Sequence),
            Uses = uses,
        }));

    private void Complete(long sequence, long input, long output, bool isStopped = false) => _world.Run(async () =>
    {
        await _world.Admission.Complete(new CompletionBatch
        {
            Completions =
            [
                new Completion(new RequestId(1, sequence), CompletionOutcome.Dispatched)
                {
                    InputTokens = input, OutputTokens = output, Certainty = UsageCertainty.Reported,
                    IsStopped = isStopped,
                },
            ],
        });
        return true;
    });

    private LimitLiveState LimitOf(string name) => _world.Inspect().Limits.Single(limit => limit.Name == name);

    private long UsedOf(string name) => LimitOf(name).Used;
}
