using Sluice.Rules.Credentials;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Credentials;

public sealed class GuessLimitTests
{
    private const int Most = 2;
    private static readonly BucketLimit Limit = new(Most, Most, TimeSpan.FromMinutes(1));

    private readonly GuessLimit _limit = new(Limit, prefixesMax: 3);

    /// <summary>Guards a network against a wait that grows with what was under way when it began.</summary>
    [Fact]
    public void Guesses_that_were_looked_at_together_wait_no_longer_than_those_one_by_one()
    {
        Guess(1, times: 100);

        Assert.Equal(TimeSpan.FromSeconds(30), _limit.WaitOf(Network(1), TimeSpan.Zero));
    }

    [Fact]
    public void Some_networks_more_than_there_is_room_for_do_not_free_the_first_one()
    {
        foreach (var network in (int[])[1, 2, 3, 4])
        {
            Guess(network, Most);
        }

        Assert.All(
            (int[])[1, 2, 3, 4],
            network => Assert.True(_limit.WaitOf(Network(network), TimeSpan.Zero) > TimeSpan.Zero));
    }

    [Fact]
    public void Of_very_many_networks_the_first_are_forgotten_so_that_memory_is_bounded()
    {
        for (var network = 1; network <= 100; network++)
        {
            Guess(network, Most);
        }

        var held = Enumerable.Range(1, 100)
            .Where(network => _limit.WaitOf(Network(network), TimeSpan.Zero) > TimeSpan.Zero)
            .ToList();
        Assert.InRange(held.Count, 3, 6);
        Assert.Equal(100, held[^1]);
    }

    private static AddressPrefix Network(int network) => new((UInt128)network << 64);

    private void Guess(int network, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _limit.Guessed(Network(network), TimeSpan.Zero);
        }
    }
}
