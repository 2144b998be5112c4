using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Tenants;

/// <summary>Guards a tenant's limits of tokens while streams of its clients run.</summary>
public sealed class TenantStreamTests
{
    private static readonly LimitDefinition Daily = GrainWorld.Quota(1_000, "daily") with
    {
        Unit = LimitUnit.TotalTokens, Calendar = CalendarPeriod.Day,
    };

    private readonly TenantWorld _world = new([Daily]);

    [Fact]
    public void What_a_stream_of_one_client_uses_is_counted_for_all_and_ends_it_when_nothing_is_left()
    {
        _world.Grains.Done(() => _world.Grains.PlanGrain("gold").Replace(
            GrainWorld.PlanOf("gold") with { StopStreams = true }));
        var (sequence, admitted) = Admit();
        Assert.Equal(new HeldTokens(100, 300, MayStop: true), admitted.Held);

        Assert.Empty(Report(admitted.Epoch, sequence, 500).Stops);
        Assert.Equal(600, _world.Used("daily"));
        Assert.Equal(
            [new StoppedCall(sequence, "tenant/daily")], Report(admitted.Epoch, sequence, 900).Stops);

        TenantWorld.Refused("tenant/daily", Verdict.QuotaExhausted, _world.Admit(
            TenantWorld.Other, GrainWorld.RequestOf(_world.NextSequence()) with { InputUpper = 1, OutputCap = 1 }));
        End(sequence, 910);
        Assert.Equal(1_010, _world.Used("daily"));
    }

    [Fact]
    public void After_a_crash_the_tenant_learns_through_the_client_what_a_stream_has_used()
    {
        var (sequence, _) = Admit();
        _world.Grains.Crash();
        var epoch = _world.Grains.Inspect().Epoch;
        var recovered = _world.Used("daily");
        Assert.InRange(recovered, 400, 1_000);

        Report(epoch, sequence, 500);

        Assert.Equal(recovered + 200, _world.Used("daily"));
        End(sequence, 520);
        Assert.Equal(recovered + 220, _world.Used("daily"));
    }

    private (long Sequence, AdmitReply Reply) Admit()
    {
        var sequence = _world.NextSequence();
        var reply = _world.Admit(
            TenantWorld.One, GrainWorld.RequestOf(sequence) with { InputUpper = 100, OutputCap = 300 });
        Assert.Equal(Verdict.Admitted, reply.Verdict);
        return (sequence, reply);
    }

    private ReportReply Report(long epoch, long sequence, long output) => _world.Grains.Run(
        () => _world.ClientAdmission(TenantWorld.One).Report(new LiveRequests
        {
            EdgeSession = 1,
            UpToSequence = sequence,
            Sequences = [sequence],
            Admitted = [sequence],
            Epoch = epoch,
            Uses = [new LiveUse(sequence, 0, output, 100, 300, CanStop: true)],
        }));

    private void End(long sequence, long output) => _world.End(
        TenantWorld.One,
        new Completion(new RequestId(1, sequence), CompletionOutcome.Dispatched)
        {
            InputTokens = 100, OutputTokens = output, Certainty = UsageCertainty.Reported,
        });
}
