using Sluice.Simulation.Faults;
using Sluice.Simulation.Judging;
using Sluice.Simulation.Kernel;
using Sluice.Simulation.Processes;

namespace Sluice.Simulation;

/// <summary>What clients do: more than they may while there are faults, less than they may in quiet times.</summary>
internal sealed class Load(
    SimulatedWorld world, Fleet fleet, IReadOnlyList<SimulatedClient> clients, FaultMix mix)
{
    private const int QuietCalls = 10;

    internal bool IsOn { get; private set; }

    internal long Calls { get; private set; }

    internal void Start()
    {
        IsOn = true;
        foreach (var client in clients.Where(client => client.Load > 0))
        {
            PlanNext(client);
        }
    }

    internal void Stop() => IsOn = false;

    /// <summary>
    /// Calls of clients that stay under their limits. The steady one asks for all that crashes have left of its burst:
    /// a call that was charged twice would leave none for the last of them.
    /// </summary>
    /// <param name="used">What is counted of a client's quota by now.</param>
    /// <param name="lost">What crashes may have cost a client of its rate, at most.</param>
    /// <param name="full">Tenants of whose quota too little is left for their clients' calls.</param>
    internal IReadOnlyList<PlannedCall> CallQuietly(
        Func<SimulatedClient, long> used, Func<SimulatedClient, long> lost, IReadOnlySet<string> full)
    {
        var calls = new List<PlannedCall>();
        foreach (var client in clients.Where(client => !full.Contains(client.Tenant)
            && (client.Quota is not { } quota || used(client) + 20 < quota)))
        {
            var at = TimeSpan.Zero;
            var count = client.Load > 0 ? QuietCalls : Math.Max(0, client.Rate!.Burst - lost(client));
            for (var i = 0; i < count; i++)
            {
                var call = new PlannedCall
                {
                    Client = client,
                    Length = TimeSpan.FromMilliseconds(80),
                    Repeats = world.Random.Next(3),
                    MustBeAdmitted = true,
                };
                calls.Add(call);
                at += client.Load > 0 ? TimeSpan.FromMilliseconds(700) : TimeSpan.FromMilliseconds(150);
                world.Plan(at, () => Send(call));
            }
        }

        return calls;
    }

    private void PlanNext(SimulatedClient client) => world.Plan(
        TimeSpan.FromSeconds(-Math.Log(1 - world.Random.NextDouble()) / client.Load),
        () =>
        {
            if (IsOn)
            {
                Send(Draw(client));
                PlanNext(client);
            }
        });

    private PlannedCall Draw(SimulatedClient client)
    {
        var share = world.Random.NextDouble() * (world.Random.Next(4) == 0 ? 1 : 0.15);
        var length = TimeSpan.FromMilliseconds(5) + (client.LongestCall * share);
        return new PlannedCall
        {
            Client = client,
            Length = length,
            HangsUpAfter = world.Chance(mix.HangUps) ? length * world.Random.NextDouble() : null,
            PoolIsAway = world.Chance(mix.PoolAway),
            Repeats = world.Chance(mix.Repeats) ? world.Random.Next(1, 4) : 0,
        };
    }

    private void Send(PlannedCall call)
    {
        if (fleet.OpenEdges is { Count: > 0 } open)
        {
            Calls++;
            open[world.Random.Next(open.Count)].Take(call);
        }
        else
        {
            call.IsOver = true;
        }
    }
}
