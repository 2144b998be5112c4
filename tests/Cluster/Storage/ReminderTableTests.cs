using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;

namespace Sluice.Cluster.Storage;

/// <summary>Reminders at rest: each tick is taken by one silo, and planned as the engine plans.</summary>
public abstract class ReminderTableTests : StorageTest
{
    private static readonly GrainId Grain = GrainId.Create("client", "acme.web");
    private static readonly DateTime Noon = new(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc);

    private protected ReminderTableTests(TestPlace place)
        : base(place)
    {
    }

    private IReminderTable Table => Silo.GetRequiredService<IReminderTable>();

    [Fact]
    public async Task A_reminder_is_read_as_it_was_stored_under_its_new_version()
    {
        var row = Row("rotate", Noon.AddTicks(7));

        var version = await Table.UpsertAsync(row, Token);

        Assert.Equal(row with { ETag = version }, await Table.ReadAsync(Grain, "rotate", Token));
        Assert.Null(await Table.ReadAsync(Grain, "other", Token));
    }

    [Fact]
    public async Task Storing_it_again_replaces_it()
    {
        var first = await Table.UpsertAsync(Row("rotate", Noon), Token);

        var later = Row("rotate", Noon.AddHours(1)) with { Period = TimeSpan.FromHours(3) };
        var second = await Table.UpsertAsync(later, Token);

        Assert.NotEqual(first, second);
        var stored = Assert.Single(await Table.ReadAllAsync(Grain, Token));
        Assert.Equal((Noon.AddHours(1), TimeSpan.FromHours(3)), (stored.Due, stored.Period));
    }

    [Fact]
    public async Task A_grain_has_its_own_reminders_by_name()
    {
        await Table.UpsertAsync(Row("b", Noon), Token);
        await Table.UpsertAsync(Row("a", Noon), Token);
        await Table.UpsertAsync(Row("c", Noon) with { Grain = GrainId.Create("client", "acme.other") }, Token);

        Assert.Equal(["a", "b"], (await Table.ReadAllAsync(Grain, Token)).Select(row => row.Name));
        Assert.True(await Table.DeleteAsync(Grain, "a", Token));
        Assert.False(await Table.DeleteAsync(Grain, "a", Token));
        Assert.Equal(["b"], (await Table.ReadAllAsync(Grain, Token)).Select(row => row.Name));
    }

    [Fact]
    public async Task Due_rows_are_taken_earliest_first_as_they_were_and_not_again()
    {
        foreach (var minutes in new[] { 3, 1, 2, 4 })
        {
            await Table.UpsertAsync(Row($"at {minutes}", Noon.AddMinutes(minutes)), Token);
        }

        var claimed = await Table.ClaimDueAsync(Noon.AddMinutes(3), 2, Token);
        var rest = await Table.ClaimDueAsync(Noon.AddMinutes(3), 10, Token);

        Assert.Equal(["at 1", "at 2"], claimed.Select(row => row.Name));
        Assert.Equal(Noon.AddMinutes(1), claimed[0].Due);
        Assert.Equal(["at 3"], rest.Select(row => row.Name));
        Assert.Empty(await Table.ClaimDueAsync(Noon.AddMinutes(3), 10, Token));
    }

    /// <summary>Holds the table's arithmetic to the engine's, missed ticks and odd moments included.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(TimeSpan.TicksPerHour - 1)]
    [InlineData(TimeSpan.TicksPerHour)]
    [InlineData((TimeSpan.TicksPerHour * 5) + 3)]
    public async Task A_taken_row_is_planned_as_the_engine_plans(long ticksLate)
    {
        await Table.UpsertAsync(Row("rotate", Noon), Token);
        var now = Noon.AddTicks(ticksLate);

        var claimed = Assert.Single(await Table.ClaimDueAsync(now, 10, Token));

        var stored = await Table.ReadAsync(Grain, "rotate", Token);
        Assert.Equal(claimed.Advance(now).Due, stored?.Due);
        Assert.NotEqual(claimed.ETag, stored?.ETag);
        Assert.Equal(Noon, stored?.FirstDue);
    }

    [Fact]
    public async Task Of_silos_that_ask_together_one_gets_each_tick()
    {
        await Task.WhenAll(
            Enumerable.Range(0, 100).Select(number => Table.UpsertAsync(Row($"r{number}", Noon), Token)));
        var second = (await StartSiloAsync()).GetRequiredService<IReminderTable>();

        var claims = await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            (number % 2 == 0 ? Table : second).ClaimDueAsync(Noon, 10, Token)));

        var rest = await Table.ClaimDueAsync(Noon, 100, Token);
        var names = claims.SelectMany(rows => rows).Concat(rest).Select(row => row.Name).ToArray();
        Assert.Equal(100, names.Length);
        Assert.Equal(100, names.Distinct().Count());
        Assert.All(claims, rows => Assert.InRange(rows.Count, 0, 10));
    }

    private static ReminderRow Row(string name, DateTime due) => new(Grain, name, due, due, TimeSpan.FromHours(1), "");
}
