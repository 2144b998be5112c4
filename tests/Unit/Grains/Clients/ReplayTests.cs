using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Names of calls that are good once, whatever becomes of who remembers them.</summary>
public sealed class ReplayTests
{
    private readonly GrainWorld _world = new();
    private long _sequence;

    private long InAnHour => _world.UtcNow.AddHours(1).ToUnixTimeSeconds();

    [Fact]
    public void A_name_is_good_for_one_call_which_may_ask_again()
    {
        Assert.Equal(ReplayAnswer.First, Use("a", "1-1"));
        Assert.Equal(ReplayAnswer.First, Use("a", "1-1"));
        Assert.Equal(ReplayAnswer.Again, Use("a", "1-2"));
        Assert.Equal(ReplayAnswer.First, Use("b", "1-2"));
    }

    [Fact]
    public void A_crash_makes_no_name_good_again()
    {
        Assert.Equal(ReplayAnswer.First, Use("a", "1-1"));

        _world.Crash();

        Assert.Equal(ReplayAnswer.Again, Use("a", "1-2"));
    }

    [Fact]
    public void A_name_that_could_not_be_remembered_is_not_answered()
    {
        _world.Storage.FailAt(_world.Storage.Writes + 1);

        Assert.ThrowsAny<Exception>(() => Use("a", "1-1"));

        _world.Settle();
        Assert.Equal(ReplayAnswer.First, Use("a", "1-1"));
    }

    /// <summary>Guards what edges decide alone: a chunk says it too, and in an outage nobody could know.</summary>
    [Fact]
    public void Edges_are_told_to_ask_and_do_not_go_on_alone()
    {
        _world.Done(() => _world.PlanGrain("gold").Create(
            GrainWorld.PlanOf("gold", GrainWorld.Rate(100_000)) with
            {
                Degraded = new DegradedDefinition { Open = true },
            }));
        _world.Done(() => _world.Administration.Create(
            GrainWorld.ClientOf("gold") with { Replay = ReplayMode.Nonce }));
        _world.IssueKey(GrainWorld.Digest);

        var reply = _world.AskTwice(GrainWorld.RequestOf(++_sequence, "m") with { ChunkDemand = 100 });

        Assert.Equal((Verdict.Admitted, ReplayMode.Nonce), (reply.Verdict, reply.Replay));
        Assert.NotNull(reply.Chunk);
        Assert.Null(reply.Degraded?.Terms);
    }

    private ReplayAnswer Use(string digest, string by)
    {
        var grain = _world.Silo.Client.GetGrain<IReplayGrain>(ReplayUse.KeyOf(GrainWorld.ClientId, digest));
        return _world.Run(() => grain.Use(new ReplayUse(digest, by, InAnHour)));
    }
}
