using Sluice.Actors.Hosting;
using Xunit;

namespace Sluice.Unit.Actors;

public sealed class ReminderTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly World _world = new(typeof(RemindedGrain));

    private IReminded Grain => _world.Host.GrainFactory.GetGrain<IReminded>("a");

    private string[] Ticks =>
        [.. _world.Journal.Entries.Where(entry => entry.StartsWith("daily", StringComparison.Ordinal))];

    [Fact]
    public void A_reminder_wakes_a_grain_that_is_not_in_memory()
    {
        _world.Run(() => Grain.Remind("daily", 20 * Minute, Minute));
        _world.Advance(19 * Minute);
        Assert.Empty(_world.Host.Activations());
        Assert.Empty(Ticks);

        _world.Advance(Minute + TimeSpan.FromSeconds(1));

        Assert.Equal(["daily 00:20:00"], Ticks);
    }

    [Fact]
    public void Missed_ticks_are_passed_over_and_the_next_keeps_the_plan()
    {
        var table = new InMemoryReminderTable();
        var due = _world.Time.GetUtcNow().UtcDateTime + Minute;
        var grain = GrainId.Create("reminded", "a");
        var upsert = table.UpsertAsync(new ReminderRow(grain, "daily", due, due, Minute, ""),
            TestContext.Current.CancellationToken);
        World.Result(upsert);

        var late = due + (5 * Minute) + TimeSpan.FromSeconds(30);
        var claimed = World.Result(table.ClaimDueAsync(late, 10, TestContext.Current.CancellationToken));

        Assert.Equal(due, Assert.Single(claimed).Due);
        Assert.Empty(World.Result(table.ClaimDueAsync(late, 10, TestContext.Current.CancellationToken)));
        var row = World.Result(table.ReadAsync(grain, "daily", TestContext.Current.CancellationToken));
        Assert.Equal(due + (6 * Minute), row!.Due);
        Assert.Equal(due, row.FirstDue);
    }

    [Fact]
    public void A_tick_that_is_due_exactly_now_advances_by_one_period()
    {
        var due = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var row = new ReminderRow(GrainId.Create("reminded", "a"), "daily", due, due, Minute, "1");

        Assert.Equal(due + Minute, row.Advance(due).Due);
        Assert.Equal(due + (2 * Minute), row.Advance(due + Minute).Due);
    }

    [Fact]
    public void A_reminder_can_be_found_listed_and_removed()
    {
        _world.Run(() => Grain.Remind("daily", Minute, Minute));
        _world.Run(() => Grain.Remind("weekly", Minute, Minute));
        Assert.Equal("daily, weekly", _world.Run(Grain.List));

        _world.Run(() => Grain.Forget("daily"));
        _world.Advance(5 * Minute);

        Assert.Equal("weekly", _world.Run(Grain.List));
        Assert.Empty(Ticks);
    }

    [Fact]
    public void Registering_again_plans_anew()
    {
        _world.Run(() => Grain.Remind("daily", Minute, Minute));
        _world.Run(() => Grain.Remind("daily", 3 * Minute, Minute));

        _world.Advance(2 * Minute);
        Assert.Empty(Ticks);
        _world.Advance(Minute + TimeSpan.FromSeconds(1));
        Assert.Single(Ticks);
    }

    [Fact]
    public void A_period_under_the_minimum_is_refused() =>
        World.Failure<ArgumentOutOfRangeException>(
            _world.Begin(() => Grain.Remind("daily", Minute, Minute - TimeSpan.FromTicks(1))));

    [Fact]
    public void A_reminder_whose_grain_fails_is_logged_and_ticks_again()
    {
        _world.Run(() => Grain.Remind("failing", Minute, Minute));

        _world.Advance(Minute + TimeSpan.FromSeconds(1));
        _world.Advance(Minute);

        Assert.Equal(2,
            _world.Log.Errors.Count(text => text.Contains("failing of reminded/a failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void More_due_reminders_than_one_batch_are_all_delivered()
    {
        var world = new World(
            new WorldOptions { Host = new ActorHostOptions { ReminderBatch = 2 } }, typeof(RemindedGrain));
        for (var i = 0; i < 7; i++)
        {
            var key = $"{i}";
            world.Run(() => world.Host.GrainFactory.GetGrain<IReminded>(key).Remind("daily", Minute, 60 * Minute));
        }

        world.Advance(Minute + TimeSpan.FromSeconds(1));

        Assert.Equal(7, world.Journal.Entries.Length);
    }
}

internal interface IReminded : IGrainWithStringKey
{
    Task Remind(string name, TimeSpan dueTime, TimeSpan period);

    Task Forget(string name);

    Task<string> List();
}

internal sealed class RemindedGrain(Journal journal) : Grain, IReminded, IRemindable
{
    public async Task Remind(string name, TimeSpan dueTime, TimeSpan period) =>
        Assert.Equal(name, (await this.RegisterOrUpdateReminder(name, dueTime, period)).ReminderName);

    public async Task Forget(string name)
    {
        await this.UnregisterReminder((await this.GetReminder(name))!);
        Assert.Null(await this.GetReminder(name));
    }

    public async Task<string> List() =>
        string.Join(", ", (await this.GetReminders()).Select(reminder => reminder.ReminderName));

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        journal.Note($"{reminderName} {status.FirstTickTime.TimeOfDay}");
        return reminderName == "failing" ? throw new FormatException() : Task.CompletedTask;
    }
}
