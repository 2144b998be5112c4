using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Storage;

/// <summary>Stored states of grains.</summary>
public sealed class StateTests(SharedCluster cluster)
{
    private readonly string _key = Scene.NewKey();

    private Board Board => cluster.Engine.Board;

    private SuiteStorage Storage => cluster.Engine.Storage;

    private IAccount Grain => cluster.Engine.Client.GetGrain<IAccount>(_key);

    [Fact]
    public async Task A_state_begins_new_and_without_a_record()
    {
        var view = await Grain.Show().Within();

        Assert.Equal(new AccountView(7, 0, null, false, view.Activation, ""), view);
        Assert.Equal(["activated with 7"], Board.Notes(_key));
    }

    [Fact]
    public async Task What_was_written_is_there_before_the_next_activation_begins()
    {
        var first = await Grain.Add(3).Within();
        await Grain.Say("hello").Within();
        await EndAsync();

        var second = await Grain.Show().Within();

        Assert.NotEqual(first.Activation, second.Activation);
        Assert.Equal(new AccountView(10, 0, first.ETag, true, second.Activation, "hello"), second);
        Assert.Equal(["activated with 7", "gone", "activated with 10"], Board.Notes(_key));
    }

    [Fact]
    public async Task Every_write_makes_a_new_version_of_the_state_that_was_written_and_of_no_other()
    {
        var first = await Grain.Add(1).Within();
        var second = await Grain.Add(1).Within();
        await Grain.Say("hello").Within();
        var third = await Grain.Show().Within();

        Assert.NotNull(first.ETag);
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal(second.ETag, third.ETag);
        Assert.True(first.RecordExists);
    }

    [Fact]
    public async Task A_cleared_state_is_new_and_can_be_written_again()
    {
        await Grain.Add(3).Within();

        await Grain.Clear().Within();
        var cleared = await Grain.Show().Within();
        var written = await Grain.Add(1).Within();

        Assert.Equal(new AccountView(7, 0, null, false, cleared.Activation, ""), cleared);
        Assert.Equal((8, true), (written.Balance, written.RecordExists));
    }

    [Fact]
    public async Task Reading_again_replaces_what_is_in_memory()
    {
        var first = await Grain.Add(3).Within();
        Storage.Overwrite("account", Grain.GetGrainId(), new Account { Balance = 100, Owners = ["a", "b"] });

        await Grain.Read().Within();
        var second = await Grain.Show().Within();

        Assert.Equal((100, 2, first.Activation), (second.Balance, second.Owners, second.Activation));
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal(101, (await Grain.Add(1).Within()).Balance);
    }

    [Theory, Callers]
    public async Task A_write_over_a_version_that_was_never_read_fails_and_the_next_call_reads_anew(Caller from)
    {
        var scene = await Scene.SetAsync(
            cluster.Engine, from, (grains, key) => grains.GetGrain<IAccount>(key).Silo());
        var grain = cluster.Engine.Client.GetGrain<IAccount>(scene.Key);
        var first = await grain.Add(3).Within();
        Storage.Overwrite("account", grain.GetGrainId(), new Account { Balance = 100 });

        var failure = await Assert.ThrowsAsync<InconsistentStateException>(
            () => scene.CallAsync(grains => grains.GetGrain<IAccount>(scene.Key).Add(1)));
        await Board.Noted(scene.Key, "gone");
        var second = await scene.CallAsync(grains => grains.GetGrain<IAccount>(scene.Key).Add(1));

        Assert.Contains("was written by another", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(first.Activation, second.Activation);
        Assert.Equal(101, second.Balance);
    }

    [Fact]
    public async Task Only_the_grain_whose_state_is_stale_ends_not_its_caller()
    {
        var caller = cluster.Engine.Client.GetGrain<IAccount>($"{_key} caller");
        var before = await caller.Show().Within();
        await Grain.Add(3).Within();
        Storage.Overwrite("account", Grain.GetGrainId(), new Account { Balance = 100 });

        await Assert.ThrowsAsync<InconsistentStateException>(() => caller.AddTo(_key, 1).Within());
        await Board.Noted(_key, "gone");

        Assert.Equal(before.Activation, (await caller.Show().Within()).Activation);
    }

    [Fact]
    public async Task When_a_write_fails_the_caller_hears_of_it_and_the_grain_lives_on_as_it_is()
    {
        var first = await Grain.Add(3).Within();
        Storage.FailNext(Grain.GetGrainId(), new IOException("The disk is full."));

        var failure = await Assert.ThrowsAsync<OrleansException>(() => Grain.Add(1).Within());
        var second = await Grain.Show().Within();

        Assert.Contains("The disk is full.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(first with { Balance = 11 }, second);
        Assert.Equal(12, (await Grain.Add(1).Within()).Balance);
    }

    [Fact]
    public async Task When_a_state_cannot_be_read_the_call_fails_and_the_next_one_tries_again()
    {
        Storage.FailNext(Grain.GetGrainId(), new IOException("The disk is gone."));

        var failure = await Assert.ThrowsAsync<OrleansException>(() => Grain.Show().Within());

        Assert.Contains("The disk is gone.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(7, (await Grain.Show().Within()).Balance);
    }

    private async Task EndAsync()
    {
        await Grain.Leave().Within();
        await Board.Noted(_key, "gone");
    }
}
