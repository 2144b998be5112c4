using FsCheck;
using FsCheck.Fluent;
using Sluice.Properties.Limits;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// What a tenant of several clients is never over, whatever they ask, end, give back and forget, and however often
/// either owner crashes and begins with what was stored.
/// </summary>
public sealed class TenantProperties
{
    private const int Clients = 3;

    private enum Happening
    {
        Ask,
        AskInTwoSteps,
        Decide,
        Complete,
        ClientCrashes,
        TenantCrashes,
    }

    private readonly record struct Event(Happening What, int Client, int Which, TimeSpan Gap, bool Dispatched);

    private static readonly Gen<Limit[]> Limits =
        from burst in Gen.Choose(1, 12)
        from amount in Gen.Choose(1, 9)
        from milliseconds in Gen.Elements(100, 1_000, 7_000)
        from slots in Gen.Choose(1, 6)
        from quota in Gen.Choose(5, 60)
        select new[]
        {
            new Limit("rate", LimitKind.Rate, amount, burst, TimeSpan.FromMilliseconds(milliseconds)),
            new Limit("slots", LimitKind.Concurrency, slots, 0, TimeSpan.Zero),
            new Limit("month", LimitKind.Quota, quota, 0, TimeSpan.Zero),
        };

    private static readonly Gen<Event[]> Histories =
        (from what in Gen.Frequency(
            (10, Gen.Constant(Happening.Ask)), (5, Gen.Constant(Happening.AskInTwoSteps)),
            (5, Gen.Constant(Happening.Decide)), (8, Gen.Constant(Happening.Complete)),
            (1, Gen.Constant(Happening.ClientCrashes)), (1, Gen.Constant(Happening.TenantCrashes)))
         from client in Gen.Choose(0, Clients - 1)
         from which in Gen.Choose(0, 99)
         from milliseconds in Gen.Frequency((8, Gen.Choose(0, 400)), (1, Gen.Choose(1_000, 20_000)))
         from dispatched in Gen.Elements(true, true, false)
         select new Event(what, client, which, TimeSpan.FromMilliseconds(milliseconds), dispatched)).ArrayOf(120);

    /// <summary>
    /// R1, C1, Q1 and R3 for a tenant. Guards what is sold to a tenant: never more than its burst and its rate, never
    /// more calls at once, never more in the month, and a refusal at either changes nothing at both.
    /// </summary>
    [Fact]
    public void A_tenant_is_never_over_whatever_its_clients_do() =>
        Law.Holds(Limits.Zip(Limits).Zip(Histories), drawn =>
        {
            var ((ofTenant, ofClient), history) = drawn;
            var tenant = Client.Policy([.. ofTenant]);
            var world = new TenantHistory(tenant, Client.Policy([.. ofClient]), Clients);
            foreach (var (what, client, which, gap, dispatched) in history)
            {
                world.Pass(gap);
                Action happening = what switch
                {
                    Happening.Ask => () => world.Ask(client),
                    Happening.AskInTwoSteps => () => world.AskTenant(client),
                    Happening.Decide => () => world.DecideNext(which),
                    Happening.Complete => () => world.Complete(which, dispatched),
                    Happening.ClientCrashes => () => world.CrashClient(client),
                    _ => world.CrashTenant,
                };
                happening();
            }

            RateWindows.AssertNoneExceeds(
                tenant.Rates[0].Bucket, world.Passed.Values.Select(at => (at, 1L)));
        });

    /// <summary>Guards "each its own": what one client reports for an edge must free no slot of another's.</summary>
    [Fact]
    public void Clients_and_edges_have_numbers_of_their_own_at_the_tenant() =>
        Law.Holds(
            from edges in Gen.Choose(1, 40)
            from first in Gen.Choose(1, int.MaxValue - 50)
            select (edges, first),
            drawn =>
            {
                var sessions = (
                    from client in Enumerable.Range(0, 8)
                    from edge in Enumerable.Range(0, drawn.edges)
                    select TenantRules.SessionOf(Names.ClientId("acme", $"c{client}"), drawn.first + edge)).ToList();

                Assert.Equal(sessions.Count, sessions.Distinct().Count());
                Assert.All(sessions, session => Assert.True(session > 0));
            });
}
