using Sluice.Simulation.Judging;

namespace Sluice.Simulation;

/// <summary>
/// The clients of a run: one for each kind of limit, one with all of them, one that keeps within them, one that is so
/// busy that its edges get chunks, one of an open plan, one whose calls count tokens, two that share the limits of
/// their tenant, and two busy ones that hold shares of theirs.
/// </summary>
internal static class Crowd
{
    private const string Shared = "shared";
    private const string Lending = "lending";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    internal static IReadOnlyList<SimulatedClient> Draw(Random random) =>
    [
        new SimulatedClient
        {
            Name = "hot",
            Rate = new SimulatedRate(random.Next(3, 15), random.Next(4, 12), Second),
            Load = 14,
        },
        new SimulatedClient
        {
            Name = "narrow",
            Slots = random.Next(2, 5),
            Load = 2.5,
            LongestCall = TimeSpan.FromSeconds(random.Next(4, 25)),
        },
        new SimulatedClient
        {
            Name = "metered",
            Quota = random.Next(2) == 0 ? random.Next(40, 160) : random.Next(300, 2000),
            IsMetered = true,
            Load = 6,
        },
        new SimulatedClient
        {
            // Its quota is large, or its blocks would be too small for chunks.
            Name = "spread",
            Rate = new SimulatedRate(random.Next(192, 320), random.Next(40, 160), Second),
            Quota = random.Next(20_000, 60_000),
            PulseLoad = 90,
            LongestCall = TimeSpan.FromMilliseconds(200),
        },
        new SimulatedClient
        {
            Name = "open",
            Rate = new SimulatedRate(random.Next(12, 30), random.Next(4, 12), Second),
            Slots = random.Next(6, 14),
            IsOpen = true,
            Load = 5,
            LongestCall = TimeSpan.FromSeconds(random.Next(1, 5)),
        },
        new SimulatedClient
        {
            Name = "tokens",
            TokenRate = new SimulatedRate(random.Next(1500, 4000), random.Next(400, 1500), Second),
            TokenQuota = random.Next(2) == 0 ? random.Next(10_000, 40_000) : random.Next(300_000, 900_000),
            ReservesFullCap = random.Next(2) == 0,
            Load = 5,
            LongestCall = TimeSpan.FromSeconds(random.Next(1, 6)),
        },
        new SimulatedClient
        {
            Name = "bound",
            Rate = new SimulatedRate(random.Next(2, 9), random.Next(3, 7), Second),
            Slots = random.Next(2, 6),
            Quota = random.Next(200, 3000),
            Load = 6,
            LongestCall = TimeSpan.FromSeconds(random.Next(1, 18)),
        },
        new SimulatedClient
        {
            // Its bucket has filled long before the quiet times, and hardly refills in them.
            Name = "steady",
            Rate = new SimulatedRate(10, 10, TimeSpan.FromMinutes(10)),
            Slots = 12,
            Quota = 1000,
        },
        new SimulatedClient
        {
            Name = "left",
            Tenant = Shared,
            Load = 5,
            LongestCall = TimeSpan.FromSeconds(random.Next(1, 12)),
        },
        new SimulatedClient
        {
            Name = "right",
            Tenant = Shared,
            Rate = new SimulatedRate(random.Next(2, 9), random.Next(3, 7), Second),
            Slots = random.Next(3, 7),
            Load = 4,
            LongestCall = TimeSpan.FromSeconds(random.Next(1, 6)),
        },
        new SimulatedClient
        {
            Name = "busy",
            Tenant = Lending,
            Load = random.Next(18, 26),
            LongestCall = TimeSpan.FromSeconds(random.Next(1, 6)),
        },
        new SimulatedClient
        {
            Name = "eager",
            Tenant = Lending,
            Rate = new SimulatedRate(random.Next(20, 40), random.Next(16, 24), Second),
            Load = random.Next(16, 22),
        },
    ];

    /// <summary>The tenants that have limits: what two clients each may do together.</summary>
    internal static IReadOnlyList<SimulatedClient> DrawTenants(Random random) =>
    [
        new()
        {
            Name = "both",
            Tenant = Shared,
            IsTenant = true,
            Rate = new SimulatedRate(random.Next(4, 12), random.Next(5, 9), Second),
            Slots = random.Next(4, 9),
            Quota = random.Next(300, 3000),
        },
        new()
        {
            // Of these two, shares are lent: the rate is often too small for both, so that they are recalled too.
            Name = "lender",
            Tenant = Lending,
            IsTenant = true,
            Rate = new SimulatedRate(random.Next(160, 400), random.Next(20, 70), Second),
            Quota = random.Next(3) == 0 ? random.Next(700, 2000) : random.Next(4000, 20000),
        },
    ];
}
