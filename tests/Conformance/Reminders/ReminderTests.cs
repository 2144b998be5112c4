using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Reminders;

/// <summary>Reminders are stored, and wake a grain of which nothing is in memory.</summary>
public sealed class ReminderTests(SharedCluster cluster)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(2);

    private readonly string _key = Scene.NewKey();

    private Board Board => cluster.Engine.Board;

    private IReminded Grain => cluster.Engine.Client.GetGrain<IReminded>(_key);

    [Fact]
    public async Task Reminders_are_found_by_name_until_they_are_unregistered()
    {
        Assert.Equal("a", await Grain.Register("a", Period, Period).Within());
        await Grain.Register("b", Period, Period).Within();
        await cluster.Engine.Client.GetGrain<IReminded>($"{_key}x").Register("c", Period, Period).Within();

        Assert.Equal("b", await Grain.Find("b").Within());
        Assert.Null(await Grain.Find("c").Within());
        Assert.Equal("a,b", await Grain.ListAll().Within());

        await Grain.Unregister("a").Within();
        Assert.Null(await Grain.Find("a").Within());
        Assert.Equal("b", await Grain.ListAll().Within());
    }

    [Fact]
    public async Task A_reminder_ticks_once_when_it_is_due_however_many_silos_there_are()
    {
        await Grain.Register("soon", Soon, Period).Within();
        await Board.Noted(_key, "soon");
        await Grain.Register("witness", Later, Period).Within();
        await Board.Noted(_key, "witness");

        Assert.Equal(["soon", "witness"], Board.Notes(_key));
        Assert.Equal([$"{Period}"], Board.Notes($"{_key} soon period"));
        Assert.Equal(["True"], Board.Notes($"{_key} soon late"));
    }

    [Fact]
    public async Task A_reminder_wakes_its_grain()
    {
        await Grain.Register("r", Later, Period).Within();
        await Grain.Leave().Within();
        await Board.Noted(_key, "gone");
        Assert.Equal(["gone"], Board.Notes(_key));

        await Board.Noted(_key, "r");
    }

    [Fact]
    public async Task A_reminder_that_is_registered_again_is_planned_anew()
    {
        await Grain.Register("r", TimeSpan.FromHours(1), Period).Within();
        await Grain.Register("r", Soon, Period * 2).Within();

        await Board.Noted(_key, "r");

        Assert.Equal([$"{Period * 2}"], Board.Notes($"{_key} r period"));
        Assert.Equal("r", await Grain.ListAll().Within());
    }

    [Fact]
    public async Task A_reminder_that_was_unregistered_does_not_tick()
    {
        await Grain.Register("r", Later, Period).Within();
        await Grain.Unregister("r").Within();
        await Grain.Register("witness", Later + Soon, Period).Within();

        await Board.Noted(_key, "witness");

        Assert.Equal(["witness"], Board.Notes(_key));
    }

    [Theory, InlineData(-1, 60), InlineData(0, 59), InlineData(0, 0)]
    public async Task A_reminder_is_due_now_or_later_and_then_once_a_minute_at_most(
        int dueSeconds, int periodSeconds) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Grain.Register(
            "r", TimeSpan.FromSeconds(dueSeconds), TimeSpan.FromSeconds(periodSeconds)).Within());

    [Fact]
    public async Task A_reminder_outlives_the_silo_it_was_registered_on()
    {
        await using var engine = await Engine.StartAsync(new EngineWishes { Silos = 2 });
        var grain = engine.Client.GetGrain<IReminded>(_key);
        var home = await grain.Silo().Within();
        await grain.Register("r", Later + Later, Period).Within();

        await engine.StopSiloAsync(home);
        await engine.Board.Noted(_key, "r");

        Assert.NotEqual([home], engine.Board.Notes($"{_key} r on"));
        Assert.Equal(1, engine.Board.Count(_key, "r"));
    }
}
