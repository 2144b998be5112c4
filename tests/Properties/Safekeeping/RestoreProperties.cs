using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Safekeeping;
using Xunit;

namespace Sluice.Properties.Safekeeping;

/// <summary>
/// Guards what edges rest on across a restore: an epoch, a session or a view that comes later is a higher number,
/// though the database has forgotten the last ones.
/// </summary>
public sealed class RestoreProperties
{
    private enum What
    {
        Give,
        BackUp,
        Restore,
    }

    private static readonly Gen<(What What, int Backup, int Microseconds)[]> Histories =
        (from what in Gen.Frequency((5, Gen.Constant(What.Give)), (2, Gen.Constant(What.BackUp)),
             (2, Gen.Constant(What.Restore)))
         from backup in Gen.Choose(0, 5)
         from microseconds in Draw.Mostly(1, 3, 1_000_000)
         select (what, backup, microseconds)).ArrayOf(30);

    [Fact]
    public void A_number_is_never_given_again_whichever_backups_are_restored() => Law.Holds(
        Gen.Choose(1, 1_000_000),
        Histories,
        (began, history) =>
        {
            var (now, count, highest) = ((long)began, 0L, 0L);
            var backups = new List<(long Count, long TakenAt)>();
            foreach (var (what, backup, microseconds) in history)
            {
                now += microseconds;
                switch (what)
                {
                    case What.Give:
                        Assert.True(++count > highest, $"{count} was given again: {highest} was.");
                        highest = count;
                        break;
                    case What.BackUp:
                        backups.Add((count, now));
                        break;
                    case What.Restore when backups.Count > 0:
                        var (stored, takenAt) = backups[backup % backups.Count];
                        Assert.True(RestoredCount.IsPossible(takenAt, now));
                        count = RestoredCount.After(stored, now);
                        break;
                }
            }
        });

    [Fact]
    public void A_count_never_goes_back_and_a_clock_that_is_behind_is_noticed() => Law.Holds(
        from stored in Gen.Choose(0, 1_000) from moment in Gen.Choose(0, 1_000) select (stored, moment),
        drawn =>
        {
            Assert.True(RestoredCount.After(drawn.stored, drawn.moment) >= drawn.stored);
            Assert.Equal(drawn.moment > drawn.stored, RestoredCount.IsPossible(drawn.stored, drawn.moment));
        });
}
