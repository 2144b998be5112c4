using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Revocations;
using Xunit;

namespace Sluice.Properties.Revocations;

/// <summary>What an edge knows of revocations, whatever is late, lost, repeated or asked of another silo.</summary>
public sealed class FeedProperties
{
    private enum Act
    {
        Revoke,
        Change,
        Remember,
        Trim,
        Read,
        FinishReading,
        Replace,
        Ask,
        Arrive,
        Answer,
        Hear,
        Pass,
        PassLong,
        Sleep,
    }

    private readonly record struct Event(Act Act, int Which, bool Again, int Milliseconds);

    private static readonly Gen<Event> Events =
        from act in Gen.Frequency(
            (5, Gen.Constant(Act.Revoke)),
            (4, Gen.Constant(Act.Change)),
            (6, Gen.Constant(Act.Remember)),
            (2, Gen.Constant(Act.Trim)),
            (14, Gen.Constant(Act.Read)),
            (14, Gen.Constant(Act.FinishReading)),
            (1, Gen.Constant(Act.Replace)),
            (14, Gen.Constant(Act.Ask)),
            (14, Gen.Constant(Act.Arrive)),
            (14, Gen.Constant(Act.Answer)),
            (14, Gen.Constant(Act.Hear)),
            (10, Gen.Constant(Act.Pass)),
            (1, Gen.Constant(Act.PassLong)),
            (1, Gen.Constant(Act.Sleep)))
        from which in Gen.Choose(0, 5)
        from again in Draw.OneIn(4)
        from milliseconds in Draw.Mostly(0, 5, 400)
        select new Event(act, which, again, milliseconds);

    /// <summary>
    /// A3. Guards revocations: an edge never accepts what it has heard of as revoked, never claims to have heard what
    /// it has not, and never goes back.
    /// </summary>
    [Fact]
    public void What_an_edge_has_heard_it_keeps_to_and_what_it_has_not_it_does_not_claim()
    {
        var (applied, restarts, freshened) = (0L, 0L, 0L);
        Law.Holds(Gen.Choose(1, 4), Events.ArrayOf(150), (pageMost, history) =>
        {
            var world = new FeedWorld(pageMost);
            foreach (var one in history)
            {
                Happens(world, one);
                world.Judge();
            }

            world.Heal();
            world.Judge();
            applied += world.Applied;
            restarts += world.Restarts;
            freshened += world.Freshened;
        });

        Assert.True(
            applied > 8_000 && restarts > 50 && freshened > 2_000,
            $"{applied} entries applied, {restarts} restarts, heard anew {freshened} times.");
    }

    /// <summary>Guards the look-up: it says of a key what a plain search through the entries says.</summary>
    [Fact]
    public void The_set_says_what_a_search_through_its_entries_says() => Law.Holds(
        from entries in (
            from kind in Gen.Choose(0, 9)
            from subject in Gen.Choose(0, 2)
            from number in Gen.Choose(0, 4)
            select new Revocation(1, (RevocationKind)kind, $"{subject}", number, TimeSpan.Zero)).ArrayOf(12)
        from subject in Gen.Choose(0, 2)
        from number in Gen.Choose(1, 4)
        from change in Gen.Choose(0, 4)
        select (entries, Subject: $"{subject}", number, change),
        drawn =>
        {
            var set = new RevocationSet(drawn.entries);
            var by = new DecidedBy(drawn.change, drawn.Subject, drawn.change, drawn.Subject, drawn.change);
            bool Has(RevocationKind kind, Func<long, bool> counts) => drawn.entries.Any(
                entry => entry.Kind == kind && entry.Subject == drawn.Subject && counts(entry.Number));
            bool Later(long number) => drawn.change < number;
            bool LaterThanKnown(long number) => drawn.change > 0 && Later(number);
            var isKeyRevoked = Has(RevocationKind.KeyVersion, version => version == drawn.number);
            var isEnded = Has(RevocationKind.Client, LaterThanKnown);

            Assert.Equal(
                isKeyRevoked ? Standing.KeyRevoked : isEnded ? Standing.Outdated : Standing.Good,
                set.Judge(drawn.Subject, drawn.number, drawn.change));
            Assert.Equal(
                isKeyRevoked ? Standing.KeyRevoked
                : isEnded || Has(RevocationKind.Tenant, Later) ? Standing.Outdated
                : Standing.Good,
                set.Judge(drawn.Subject, drawn.number, by));
            Assert.Equal(
                !isKeyRevoked && !isEnded
                && !Has(RevocationKind.ClientPolicy, LaterThanKnown)
                && !Has(RevocationKind.Tenant, Later)
                && !Has(RevocationKind.TenantPolicy, Later)
                && !Has(RevocationKind.PlanPolicy, Later),
                set.MayRemember(drawn.Subject, drawn.number, by));
            Assert.Equal(
                Has(RevocationKind.Issuer, Later) || drawn.entries.Any(
                    entry => entry.Kind is RevocationKind.Token && entry.Subject == drawn.Subject),
                set.IsTokenRevoked(drawn.Subject, drawn.change, drawn.Subject));
        });

    private static void Happens(FeedWorld world, Event one)
    {
        var silo = one.Which % 2;
        switch (one.Act)
        {
            case Act.Revoke:
                world.Revoke(one.Which % 3, 1 + (one.Milliseconds % 3));
                break;
            case Act.Change:
                world.Change(one.Which % 3);
                break;
            case Act.Remember:
                world.Remember(one.Which % 3, 1 + (one.Milliseconds % 3));
                break;
            case Act.Trim:
                world.Trim();
                break;
            case Act.Read:
                world.Read(silo);
                break;
            case Act.FinishReading:
                world.FinishReading(silo);
                break;
            case Act.Replace:
                world.Replace(silo);
                break;
            case Act.Ask:
                world.Ask();
                break;
            case Act.Arrive:
                world.Arrive(one.Which, silo, one.Again);
                break;
            case Act.Answer:
                world.Answer(one.Which);
                break;
            case Act.Hear:
                world.Hear(one.Which, one.Again);
                break;
            case Act.Pass:
                world.Pass(TimeSpan.FromMilliseconds(one.Milliseconds));
                break;
            case Act.PassLong:
                world.Pass(TimeSpan.FromSeconds(12));
                break;
            default:
                world.Sleep(TimeSpan.FromSeconds(21));
                break;
        }
    }
}
