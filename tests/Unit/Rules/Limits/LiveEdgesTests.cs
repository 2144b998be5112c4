using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class LiveEdgesTests
{
    private readonly LiveEdges _edges = new();

    [Fact]
    public void Before_anyone_asked_there_is_one_to_share_with() => Assert.Equal(1, _edges.Count);

    [Fact]
    public void An_edge_counts_until_it_was_silent_for_longer_than_a_key_counts_as_verified()
    {
        Seen(1, 0);
        Seen(2, 10);
        Seen(2, 60);
        Assert.Equal(2, _edges.Count);

        Seen(2, 60.001);
        Assert.Equal(1, _edges.Count);

        Seen(1, 61);
        Assert.Equal(2, _edges.Count);
    }

    [Fact]
    public void Only_so_many_are_kept()
    {
        for (var session = 1; session <= LiveEdges.SessionsMax + 5; session++)
        {
            Seen(session, 0);
        }

        Assert.Equal(LiveEdges.SessionsMax, _edges.Count);
    }

    private void Seen(long session, double seconds) => _edges.Seen(session, TimeSpan.FromSeconds(seconds));
}
