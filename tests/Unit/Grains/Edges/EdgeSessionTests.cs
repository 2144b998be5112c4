using Sluice.Grains.Abstractions.Edges;
using Xunit;

namespace Sluice.Unit.Grains.Edges;

/// <summary>Guards request ids: two edges under one session would hold one another's slots.</summary>
public sealed class EdgeSessionTests
{
    private readonly GrainWorld _world = new();

    [Fact]
    public void Sessions_count_up_and_go_on_after_a_restart_and_a_crash()
    {
        Assert.Equal([1, 2], [Open(), Open()]);
        _world.Restart();
        Assert.Equal(3, Open());
        _world.Crash();
        Assert.Equal(4, Open());
    }

    [Theory]
    [InlineData(NextWrite.Lost)]
    [InlineData(NextWrite.StoredButFails)]
    public void After_a_failed_write_no_session_is_given_twice(object next)
    {
        var given = new List<long> { Open() };
        _world.Storage.Next = (NextWrite)next;
        Assert.ThrowsAny<Exception>(() => Open());

        for (var attempt = 0; given.Count < 3; attempt++)
        {
            Assert.True(attempt < 4, "It recovers by itself.");
            try
            {
                given.Add(Open());
            }
            catch (OrleansException)
            {
                // What it has in memory is not what is stored: it ends, and the next one reads.
            }
        }

        Assert.Equal(given.Order(), given);
        Assert.Equal(3, given.Distinct().Count());
    }

    private long Open() => _world.Run(() => _world.Silo.Client.GetGrain<IEdgeSessionGrain>(EdgeSessions.Key).Open());
}
