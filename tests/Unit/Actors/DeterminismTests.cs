using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>Guards the simulation: one seed decides everything that happens in the engine.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void The_same_seed_gives_the_same_order()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.Equal(History(seed), History(seed));
        }
    }

    [Fact]
    public void Seeds_differ_in_their_orders() =>
        Assert.True(Enumerable.Range(0, 10).Select(seed => string.Join('\n', History(seed))).Distinct().Count() > 5);

    /// <summary>Grains that call each other, time-outs, timers, collections and ends, all at once.</summary>
    private static string[] History(int seed)
    {
        var world = new World(new WorldOptions { Seed = seed }, typeof(WorkerGrain), typeof(TickerGrain));
        var random = new Random(seed);
        world.Run(() => world.Host.GrainFactory.GetGrain<ITicker>("t")
            .Begin(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TickerKind.Interleave));
        var calls = new List<Task>();
        for (var round = 0; round < 30; round++)
        {
            for (var i = 0; i < 5; i++)
            {
                var (from, to) = ($"{random.Next(6)}", $"{random.Next(6)}");
                var kind = random.Next(4);
                calls.Add(world.Enter<Task>(() => kind switch
                {
                    0 => world.Worker(from).Ask(to, $"{round}"),
                    1 => world.Worker(from).AskAside(to, $"{round}"),
                    2 => world.Worker(from).AskTwo(to, from, $"{round}"),
                    _ => world.Worker(from).End(),
                }));
            }

            world.Advance(TimeSpan.FromMilliseconds(random.Next(2_000)));
        }

        world.Advance(TimeSpan.FromMinutes(1));
        Assert.All(calls, call => Assert.True(call.IsCompleted));
        return [.. world.Journal.Entries, .. calls.Select(call => call.Exception?.InnerException?.Message ?? "fine")];
    }
}
