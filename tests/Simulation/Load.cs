using Sluice.Edge.Usage;
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

    /// <summary>Seconds, on the average, between two times at which a client calls a lot.</summary>
    private const double PulsePause = 9;

    private static readonly TimeSpan PulseLeast = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan PulseMost = TimeSpan.FromSeconds(1.1);

    internal bool IsOn { get; private set; }

    internal long Calls { get; private set; }

    internal void Start()
    {
        IsOn = true;
        foreach (var client in clients.Where(client => client.Load > 0))
        {
            PlanNext(client);
        }

        foreach (var client in clients.Where(client => client.PulseLoad > 0))
        {
            PlanPulse(client);
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
        foreach (var client in clients.Where(client => !full.Contains(client.Tenant) && HasRoom(client, used(client))))
        {
            var at = TimeSpan.Zero;
            var isAny = client.Load + client.PulseLoad > 0;
            var count = isAny ? QuietCalls : Math.Max(0, client.Rate!.Burst - lost(client));
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
                at += isAny ? TimeSpan.FromMilliseconds(700) : TimeSpan.FromMilliseconds(150);
                world.Plan(at, () => Send(call));
            }
        }

        return calls;
    }

    private static bool HasRoom(SimulatedClient client, long used) =>
        (client.Quota is not { } quota || used + 20 < quota)
        && (client.TokenQuota is not { } tokens || used + (20 * 130) < tokens);

    /// <summary>Every edge is called a lot at once, or all but some.</summary>
    private void PlanPulse(SimulatedClient client) => world.Plan(
        TimeSpan.FromSeconds(-Math.Log(1 - world.Random.NextDouble()) * PulsePause),
        () =>
        {
            if (!IsOn)
            {
                return;
            }

            var until = world.Now + world.Between(PulseLeast, PulseMost).Ticks;
            foreach (var edge in fleet.OpenEdges.Where(_ => world.Chance(0.8)))
            {
                PlanInPulse(client, edge, until);
            }

            PlanPulse(client);
        });

    private void PlanInPulse(SimulatedClient client, SimulatedEdge edge, long until) => world.Plan(
        TimeSpan.FromSeconds(-Math.Log(1 - world.Random.NextDouble()) / client.PulseLoad),
        () =>
        {
            if (IsOn && world.Now < until && edge is { IsOpen: true, Process.IsPaused: false })
            {
                Calls++;
                edge.Take(Draw(client));
                PlanInPulse(client, edge, until);
            }
        });

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
        var (input, cap) = (world.Random.Next(10, 80), world.Random.Next(64, 300));
        return new PlannedCall
        {
            Client = client,
            InputUpper = input,
            OutputCap = cap,
            Use = new TokenUsage(world.Random.Next(1, input + 1), DrawAnswer(cap)),
            Length = length,
            HangsUpAfter = world.Chance(mix.HangUps) ? length * world.Random.NextDouble() : null,
            PoolIsAway = world.Chance(mix.PoolAway),
            Repeats = world.Chance(mix.Repeats) ? world.Random.Next(1, 4) : 0,
        };
    }

    /// <summary>Most answers are short, and some longer than they may be: not every pool keeps to a cap.</summary>
    private int DrawAnswer(int cap) => world.Random.Next(20) switch
    {
        0 => cap + world.Random.Next(1, 300),
        < 4 => world.Random.Next(1, cap + 1),
        _ => world.Random.Next(1, 60),
    };

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
