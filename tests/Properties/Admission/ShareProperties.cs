using FsCheck;
using FsCheck.Fluent;
using Sluice.Properties.Limits;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// What a tenant is never over when its clients spend shares of its limits by themselves, and what that may cost it.
/// </summary>
public sealed class ShareProperties
{
    private const int Clients = 3;

    private enum Happening
    {
        Ask,
        AskMany,
        Exchange,
        Deliver,
        DeliverTwice,
        Lose,
        End,
        ClientCrashes,
        TenantCrashes,
    }

    private readonly record struct Event(
        Happening What, int Client, int Which, long Tokens, int Used, bool Dispatched, bool OfZombie, TimeSpan Gap);

    private static readonly Gen<Limit[]> Limits =
        from tokens in Gen.Choose(400, 4_000)
        from amount in Gen.Choose(20, 2_000)
        from burst in Gen.Choose(200, 600)
        from perSecond in Gen.Choose(5, 200)
        from monthOfTokens in Gen.Choose(2_000, 40_000)
        from month in Gen.Choose(500, 9_000)
        select new[]
        {
            new Limit("tokens", LimitKind.Rate, amount, tokens, TimeSpan.FromSeconds(1), Units.TotalTokens),
            new Limit("rate", LimitKind.Rate, perSecond, burst, TimeSpan.FromSeconds(1)),
            new Limit("month-of-tokens", LimitKind.Quota, monthOfTokens, 0, TimeSpan.Zero, Units.TotalTokens),
            new Limit("month", LimitKind.Quota, month, 0, TimeSpan.Zero),
        };

    private static readonly Gen<int[]> Drifts = Gen.Choose(-200, 200).ArrayOf(Clients);

    /// <summary>R1, Q1 and R5 for a tenant that lends, whatever happens to messages, clocks, clients, itself.</summary>
    [Fact]
    public void R1_a_tenant_is_never_over_whatever_becomes_of_its_shares()
    {
        var lent = 0;
        Law.Holds(Limits.Zip(Drifts), Histories(crashes: 1, zombies: true), (drawn, history) =>
        {
            var limits = Client.Policy([.. drawn.Item1]);
            var world = new ShareHistory(limits, drawn.Item2);
            Play(world, history);
            RateWindows.AssertNoneExceeds(
                limits.Rates[0].Bucket, world.Passed.Select(call => (call.At, call.Tokens)));
            RateWindows.AssertNoneExceeds(
                limits.Rates[1].Bucket, world.Passed.Select(call => (call.At, call.Requests)));
            Assert.True(world.Passed.Sum(call => call.Tokens) <= limits.Quotas[0].Amount);
            Assert.True(world.Passed.Sum(call => call.Requests) <= limits.Quotas[1].Amount);
            lent += world.Lent;
        });
        Assert.True(lent > 2_000, $"Only {lent} shares were lent: these histories show nothing.");
    }

    /// <summary>
    /// Guards what a crash and a lost message cost: shares that were not heard of in time and calls whose end was not
    /// told, and nothing else. What was used is counted.
    /// </summary>
    [Fact]
    public void A_tenant_counts_what_was_used_and_at_most_what_was_lent_and_not_heard_of() =>
        Law.Holds(Limits.Zip(Drifts), Histories(crashes: 0, zombies: false), (drawn, history) =>
        {
            var world = new ShareHistory(Client.Policy([.. drawn.Item1]), drawn.Item2);
            Play(world, history);

            var used = world.Passed.Sum(call => call.Tokens);
            Assert.InRange(world.Tenant.Quotas[0].Used, used, used + world.Forgone + OutOf(world));
        });

    /// <summary>Guards against shares that are lost for ever: soon after the last message all is there.</summary>
    [Fact]
    public void Nothing_stays_out_longer_than_the_time_of_a_share() =>
        Law.Holds(Limits.Zip(Drifts), Histories(crashes: 1, zombies: true), (drawn, history) =>
        {
            var limits = Client.Policy([.. drawn.Item1]);
            var world = new ShareHistory(limits, drawn.Item2);
            Play(world, history);

            world.Pass(ShareRules.Ttl);
            world.Ask(0, tokens: 1, ofZombie: false);
            Assert.True(world.Tenant.Buckets.All(bucket => bucket.Out == 0));
            Assert.Empty(world.Tenant.Chunks.Out);

            var full = limits.Rates.Max(rate => DebitHistory.HoldTime(rate.Bucket));
            world.Pass(full + full);
            world.Check();
            world.Tenant.MoveTo(Client.At(TimeSpan.FromDays(1)), limits);
            Assert.Equal(
                limits.Rates.Select(rate => rate.Bucket.Capacity),
                world.Tenant.Buckets.Select((bucket, i) => bucket.Remaining(limits.Rates[i].Bucket)));
        }, tests: 500);

    /// <summary>Guards the tenant against a client that is slow: what is still spent of a share is still out.</summary>
    [Fact]
    public void A_client_stops_spending_before_its_tenant_stops_waiting() =>
        Law.Holds(Gen.Choose(0, 400).Zip(Gen.Choose(-200, 200)), drawn =>
        {
            var (underWay, drift) = drawn;
            var limits = Client.Policy([new Limit("rate", LimitKind.Rate, 100, 100, TimeSpan.FromSeconds(1))]);
            var lifetime = ShareRules.Ttl - EdgeChunk.MarginOf(ShareRules.Ttl);
            var share = new TenantShare(1, limits, [50], Client.Start, TimeSpan.Zero, lifetime);
            var over = (TimeSpan.FromMilliseconds(underWay) + ShareRules.Ttl) * (1 + drift / 1_000_000.0);

            Assert.False(share.TrySpend(new RequestId(1, 1), default, Client.At(over)));
            Assert.True(share.TrySpend(new RequestId(1, 1), default, Client.At(lifetime - TimeSpan.FromTicks(1))));
        });

    private static Gen<Event[]> Histories(int crashes, bool zombies) =>
        (from what in Gen.Frequency(
            (10, Gen.Constant(Happening.Ask)), (6, Gen.Constant(Happening.AskMany)),
            (8, Gen.Constant(Happening.Exchange)), (24, Gen.Constant(Happening.Deliver)),
            (2, Gen.Constant(Happening.DeliverTwice)), (1, Gen.Constant(Happening.Lose)),
            (12, Gen.Constant(Happening.End)), (1, Gen.Constant(Happening.ClientCrashes)),
            (crashes, Gen.Constant(Happening.TenantCrashes)))
         from client in Gen.Choose(0, Clients - 1)
         from which in Gen.Choose(0, 999)
         from tokens in Gen.Choose(1, 40)
         from used in Gen.Choose(0, 100)
         from dispatched in Gen.Elements(true, true, true, false)
         from ofZombie in Gen.Elements(false, false, zombies)
         from milliseconds in Gen.Frequency((12, Gen.Choose(0, 60)), (2, Gen.Choose(200, 2_500)))
         select new Event(
             what, client, which, tokens, used, dispatched, ofZombie, TimeSpan.FromMilliseconds(milliseconds)))
        .ArrayOf(150);

    private static void Play(ShareHistory world, Event[] history)
    {
        foreach (var (what, client, which, tokens, used, dispatched, ofZombie, gap) in history)
        {
            world.Pass(gap);
            switch (what)
            {
                case Happening.Ask:
                    world.Ask(client, tokens, ofZombie);
                    break;
                case Happening.AskMany:
                    for (var i = 0; i < 12; i++)
                    {
                        world.Ask(client, tokens, ofZombie);
                    }

                    break;
                case Happening.Exchange:
                    world.Exchange(client, 16 + (which % 30), (16 + (which % 30)) * (1 + (tokens / 4)));
                    break;
                case Happening.Deliver or Happening.DeliverTwice:
                    world.Deliver(which, again: what is Happening.DeliverTwice, ofZombie);
                    break;
                case Happening.Lose:
                    world.Lose(which);
                    break;
                case Happening.End:
                    world.End(which, used, dispatched);
                    break;
                case Happening.ClientCrashes:
                    world.CrashClient(client);
                    break;
                case Happening.TenantCrashes:
                    world.CrashTenant();
                    break;
            }

            world.Check();
        }
    }

    /// <summary>What shares hold that are not over yet.</summary>
    private static long OutOf(ShareHistory world) =>
        world.Tenant.Chunks.Out.Values.Sum(share => share.Quotas[0]);
}
