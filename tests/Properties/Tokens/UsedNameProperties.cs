using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Properties.Tokens;

/// <summary>What holds for names that are good once, in any order and by clocks that differ.</summary>
public sealed class UsedNameProperties
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <param name="After">Seconds since the one before it.</param>
    /// <param name="Clock">By how many seconds the clock of whoever judges is ahead.</param>
    /// <param name="Name">Which of some names.</param>
    /// <param name="Life">Seconds until it ends.</param>
    private sealed record Use(int After, int Clock, int Name, int Life);

    private static readonly Gen<Use[]> Histories =
        (from after in Draw.Mostly(0, 3, 200)
         from clock in Gen.Choose(-30, 30)
         from name in Gen.Choose(0, 5)
         from life in Draw.Mostly(0, 10, 300)
         select new Use(after, clock, name, life)).ArrayOf();

    /// <summary>
    /// Guards against an assertion that is good twice, however late it comes again and whichever silo judges it. The
    /// end of a name's first bearer is what counts: one assertion has one end.
    /// </summary>
    [Fact]
    public void No_name_is_first_twice_while_what_bore_it_can_be_good() => Law.Holds(
        Gen.Constant(0), Histories, (_, history) =>
        {
            var (names, now, goodUntil) = (UsedNames.None, Begin, new Dictionary<int, DateTimeOffset>());
            foreach (var use in history)
            {
                now = now.AddSeconds(use.After);
                var clock = now.AddSeconds(use.Clock);
                var end = goodUntil.TryGetValue(use.Name, out var known) && clock < known + AccessToken.ClockSkew
                    ? known
                    : clock.AddSeconds(use.Life);
                var answer = names.Use($"name {use.Name}", end.ToUnixTimeSeconds(), clock, out names);

                if (known != default && clock < known + AccessToken.ClockSkew)
                {
                    Assert.Equal(NameAnswer.Again, answer);
                }

                if (answer is NameAnswer.First)
                {
                    goodUntil[use.Name] = DateTimeOffset.FromUnixTimeSeconds(end.ToUnixTimeSeconds());
                }
            }
        });

    [Fact]
    public void A_name_is_free_again_when_what_bore_it_is_over_and_memory_is_bounded() => Law.Holds(
        Gen.Elements(1, 2, 20, UsedNames.NamesMax, UsedNames.NamesMax + 1, UsedNames.NamesMax + 50), count =>
        {
            var names = UsedNames.None;
            for (var i = 0; i < count; i++)
            {
                var answer = names.Use($"name {i}", Begin.AddSeconds(60).ToUnixTimeSeconds(), Begin, out names);
                Assert.Equal(i < UsedNames.NamesMax ? NameAnswer.First : NameAnswer.NoRoom, answer);
            }

            Assert.Equal(Math.Min(count, UsedNames.NamesMax), names.Names.Length);
            var later = Begin.AddSeconds(60) + 2 * AccessToken.ClockSkew + TimeSpan.FromSeconds(1);
            Assert.Equal(NameAnswer.First, names.Use("name 0", later.ToUnixTimeSeconds(), later, out names));
            Assert.Single(names.Names);
        }, tests: 20);
}
