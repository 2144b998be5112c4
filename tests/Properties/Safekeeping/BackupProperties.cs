using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Safekeeping;
using Xunit;

namespace Sluice.Properties.Safekeeping;

/// <summary>Guards what there is to restore from: no rule deletes it, and none takes it for more than it is.</summary>
public sealed class BackupProperties
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    private static readonly Gen<BackupName> Names =
        from hours in Draw.Mostly(-2, 48, 2_000)
        from chance in Gen.Choose(0, 255)
        select new BackupName(Now.AddHours(-hours), $"{chance:x8}");

    private static readonly Gen<BackupCopy> Copies =
        from place in Gen.Choose(1, 4)
        from medium in Gen.Elements(ThreeTwoOne.DatabaseMedium, "disk", "tape")
        from offSite in Draw.OneIn(3)
        from hours in Gen.Choose(0, 40)
        select new BackupCopy($"place{place}", medium, offSite, Now.AddHours(-hours));

    [Fact]
    public void What_is_deleted_is_past_both_and_older_than_all_that_is_kept() => Law.Holds(
        from length in Gen.Choose(0, 12)
        from names in Names.ArrayOf(length)
        from newest in Gen.Choose(0, 6)
        from hours in Draw.Mostly(0, 24, 1_000)
        select (names, newest, hours),
        drawn =>
        {
            var names = drawn.names.Distinct().ToImmutableArray();
            var rule = new Retention(drawn.newest, TimeSpan.FromHours(drawn.hours));
            var gone = rule.Deletable(names, Now);
            var kept = names.Except(gone).ToList();

            Assert.True(kept.Count >= Math.Min(names.Length, Math.Max(1, drawn.newest)));
            Assert.All(gone, one => Assert.True(Now - one.TakenAt > rule.For));
            Assert.All(gone, one => Assert.True(kept.All(other => other.TakenAt >= one.TakenAt)));
            Assert.Equal(gone.OrderBy(one => one.TakenAt).Select(one => one.TakenAt), gone.Select(one => one.TakenAt));
            Assert.All(
                kept.OrderByDescending(one => one.TakenAt).ThenByDescending(one => one.Chance, StringComparer.Ordinal)
                    .Skip(Math.Max(1, drawn.newest)),
                one => Assert.True(Now - one.TakenAt <= rule.For));
            Assert.Empty(rule.Deletable(kept, Now));
        });

    [Fact]
    public void Three_two_one_is_kept_exactly_when_the_young_copies_say_so() => Law.Holds(
        from length in Gen.Choose(0, 6) from copies in Copies.ArrayOf(length) select copies,
        copies =>
        {
            var one = copies.DistinctBy(copy => copy.Destination).ToList();
            var judged = ThreeTwoOne.Judge(one, TimeSpan.FromHours(26), Now);

            var young = one.FindAll(copy => copy.TakenAt >= Now.AddHours(-26));
            Assert.Equal(young.Count + 1, judged.Copies);
            Assert.Equal(
                young.Count >= 2 && young.Exists(copy => copy.Medium != "database")
                    && young.Exists(copy => copy.IsOffSite),
                judged.IsKept);
            Assert.Equal(young.Count == 0, judged.Lacks.Contains(BackupLack.FreshBackup));
        });

    [Fact]
    public void A_place_that_stands_twice_is_one_copy() => Law.Holds(
        from copies in Copies.ArrayOf(4) select copies,
        copies => Assert.Equal(
            ThreeTwoOne.Judge(copies.DistinctBy(copy => copy.Destination), TimeSpan.FromDays(9), Now).Copies,
            ThreeTwoOne.Judge([.. copies, .. copies], TimeSpan.FromDays(9), Now).Copies));

    [Fact]
    public void A_name_reads_back_as_it_was_and_sorts_by_age() => Law.Holds(
        from left in Names from right in Names select (left, right),
        drawn =>
        {
            Assert.Equal(drawn.left, BackupName.Parse(drawn.left.ToString()));
            Assert.True(
                drawn.left.TakenAt <= drawn.right.TakenAt
                || string.CompareOrdinal(drawn.left.ToString(), drawn.right.ToString()) > 0);
        });
}
