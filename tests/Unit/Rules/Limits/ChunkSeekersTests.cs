using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class ChunkSeekersTests
{
    private readonly ChunkSeekers _seekers = new(ChunkSize.Ttl);

    [Fact]
    public void Edges_that_asked_lately_are_counted_once_each()
    {
        Assert.Equal(1, _seekers.CountWith(7, TimeSpan.Zero));
        Assert.Equal(1, _seekers.CountWith(7, TimeSpan.FromMilliseconds(250)));
        Assert.Equal(2, _seekers.CountWith(8, TimeSpan.FromMilliseconds(300)));

        Assert.Equal(2, _seekers.CountWith(8, TimeSpan.FromMilliseconds(1_249)));
        Assert.Equal(1, _seekers.CountWith(8, TimeSpan.FromMilliseconds(1_250)));
    }
}
