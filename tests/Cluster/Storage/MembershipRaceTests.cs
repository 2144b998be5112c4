using Sluice.Actors.Membership;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>Changes of membership by many processes at once: one at a time, and none is lost.</summary>
public abstract class MembershipRaceTests : MembershipTest
{
    private const int Processes = 8;

    private protected MembershipRaceTests(MembershipPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task Silos_that_join_together_get_ids_and_versions_of_their_own()
    {
        var joined = await EachAsync(Processes, 5, (table, number) => table.JoinAsync(Candidate(number + 1), Token));

        Assert.Equal(40, joined.Select(one => one.Silo.Id).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 40), joined.Select(one => (int)one.View.Version).Order());
        Assert.All(joined, one => Assert.Equal(one.View.Version, one.View.Silos.Length));
        Assert.Equal(joined.Select(one => one.Silo.Id).Order(), await LivingAsync());
    }

    /// <summary>
    /// Guards the total order: whoever was answered a later version sees all that the earlier one had.
    /// </summary>
    [Fact]
    public async Task Views_of_one_version_are_the_same_whoever_reads_them()
    {
        var views = await EachAsync(Processes, 6, async (table, number) =>
        {
            var joined = await table.JoinAsync(Candidate(number + 1), Token);
            await table.HeartbeatAsync(joined.Silo.Id, Token);
            var stopping = await table.SetStatusAsync(joined.Silo.Id, SiloStatus.Stopping, Token);
            return new[]
            {
                joined.View, stopping, await table.ReadAsync(Token),
                await table.SetStatusAsync(joined.Silo.Id, SiloStatus.Dead, Token),
            };
        });

        Assert.All(
            views.SelectMany(four => four).GroupBy(view => view.Version),
            same => Assert.All(same, view => Assert.Equal(same.First().Silos.AsEnumerable(), view.Silos)));
        var last = await Table.ReadAsync(Token);
        Assert.Equal((3 * 48, 0), (last.Version, last.Silos.Length));
    }

    [Fact]
    public async Task Processes_at_one_address_replace_each_other_until_one_is_left()
    {
        var joined = await EachAsync(Processes, 3, (table, _) => table.JoinAsync(Candidate(1), Token));

        var view = await Table.ReadAsync(Token);

        Assert.Equal(24, view.Version);
        Assert.Equal(joined.MaxBy(one => one.View.Version)!.Silo, Assert.Single(view.Silos));
    }

    [Fact]
    public async Task A_silo_that_seven_others_suspect_together_dies_once()
    {
        var ids = await JoinAsync(Processes);

        await EachAsync(Processes - 1, 4, (table, number) =>
            table.SuspectAsync(ids[^1], ids[number % (Processes - 1)], Token));

        var view = await Table.ReadAsync(Token);
        Assert.Equal(Processes + 1, view.Version);
        Assert.Equal(ids[..^1], IdsOf(view));
    }

    [Fact]
    public async Task A_silent_silo_that_all_others_declare_together_dies_once()
    {
        var ids = await JoinAsync(Processes);
        await PassAsync(4);

        await EachAsync(Processes - 1, 2, async (table, number) =>
        {
            var declarer = ids[number % (Processes - 1)];
            await table.HeartbeatAsync(declarer, Token); // Only who beat a moment ago may declare.
            return await table.DeclareSilentAsync(ids[^1], declarer, Seconds(3), Token);
        });

        var view = await Table.ReadAsync(Token);
        Assert.Equal(Processes + 1, view.Version);
        Assert.Equal(ids[..^1], IdsOf(view));
    }

    /// <summary>
    /// Guards against a cluster that kills itself when its network splits: once one half has lost a silo, the rest of
    /// that half are too few to kill.
    /// </summary>
    [Fact]
    public async Task Two_pairs_that_suspect_each_other_do_not_both_die()
    {
        var ids = await JoinAsync(4);
        (long Suspect, long By)[] suspicions =
        [
            .. from left in ids[..2]
            from right in ids[2..]
            from one in new[] { (left, right), (right, left) }
            select one,
        ];

        await EachAsync(suspicions.Length, 1, (table, number) =>
            table.SuspectAsync(suspicions[number].Suspect, suspicions[number].By, Token));

        var living = await LivingAsync();
        Assert.Contains(string.Join(",", living), new[] { $"{ids[0]},{ids[1]}", $"{ids[2]},{ids[3]}" });
    }

    private async Task<T[]> EachAsync<T>(int processes, int times, Func<IMembershipTable, int, Task<T>> work)
    {
        var tables = new IMembershipTable[processes];
        for (var i = 0; i < processes; i++)
        {
            tables[i] = await TableOfAsync(i);
        }

        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answers = Enumerable.Range(0, processes).Select(process => Task.Run(async () =>
        {
            await start.Task;
            var all = new List<T>();
            for (var i = 0; i < times; i++)
            {
                all.Add(await work(tables[process], (i * processes) + process));
            }

            return all;
        })).ToList();
        start.SetResult();
        return [.. (await Task.WhenAll(answers).Within()).SelectMany(all => all)];
    }
}
