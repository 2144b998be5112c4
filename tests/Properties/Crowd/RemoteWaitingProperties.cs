using FsCheck;
using FsCheck.Fluent;
using Sluice.Actors.Activations;
using Xunit;

namespace Sluice.Properties.Crowd;

/// <summary>The laws of the shared waiting room, for any order in which calls come and go.</summary>
public sealed class RemoteWaitingProperties
{
    private const int Activations = 5;

    private static readonly Gen<(int Most, (int Activation, bool Comes)[] Steps)> Cases =
        from most in Draw.Mostly(1, 20, 200)
        from steps in (
            from activation in Gen.Choose(0, Activations - 1)
            from comes in Gen.Choose(0, 3)
            select (activation, comes > 0)).ArrayOf(300)
        select (most, steps);

    [Fact]
    public void There_are_never_more_than_may_be_and_each_is_counted_once() => Law.Holds(
        Cases,
        one => Play(one.Most, one.Steps).TrueForAll(moment =>
            moment.Total == moment.Waiting.Sum() && moment.Total <= one.Most),
        tests: 500);

    [Fact]
    public void Flooded_ones_leave_a_share_for_the_next() => Law.Holds(
        from most in Draw.Mostly(1, 50, 5_000)
        from flooded in Gen.Choose(1, 20)
        select (most, flooded),
        one =>
        {
            var room = new RemoteWaiting(one.most);
            var waiting = new int[one.flooded];
            for (var i = 0; i < one.most * one.flooded; i++)
            {
                var there = i % one.flooded;
                waiting[there] += room.TryAdd(waiting[there]) ? 1 : 0;
            }

            var share = one.most / (one.flooded + 1);
            return one.most - room.Count >= share && waiting.Max() <= share + 1 && waiting.Min() >= share;
        },
        tests: 500);

    [Fact]
    public void Who_has_none_waiting_is_refused_only_when_there_is_no_place_at_all() => Law.Holds(
        from most in Gen.Choose(1, 100)
        from total in Gen.Choose(0, most)
        select (most, total),
        one => RemoteWaiting.MayWait(0, one.total, one.most) == one.total < one.most);

    private static List<(int Total, int[] Waiting)> Play(int most, (int Activation, bool Comes)[] steps)
    {
        var room = new RemoteWaiting(most);
        var waiting = new int[Activations];
        var moments = new List<(int, int[])>();
        foreach (var (activation, comes) in steps)
        {
            if (comes && room.TryAdd(waiting[activation]))
            {
                waiting[activation]++;
            }
            else if (!comes && waiting[activation] > 0)
            {
                waiting[activation]--;
                room.Remove();
            }

            moments.Add((room.Count, [.. waiting]));
        }

        return moments;
    }
}
