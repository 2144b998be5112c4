using Xunit;

namespace Sluice.Unit.Actors;

public sealed class StateTests
{
    private readonly World _world = new(typeof(CounterGrain));

    private ICounter Counter => _world.Host.GrainFactory.GetGrain<ICounter>("a");

    [Fact]
    public void A_state_begins_new_and_is_there_again_after_a_deactivation()
    {
        Assert.Equal("0, none, False", _world.Run(Counter.Show));
        _world.Run(() => Counter.Add(3));
        _world.Run(Counter.End);

        Assert.Equal("3, 1, True", _world.Run(Counter.Show));
        Assert.Equal("3 at activation", _world.Journal.Entries[^1]);
    }

    [Fact]
    public void A_cleared_state_is_new_and_has_no_record()
    {
        _world.Run(() => Counter.Add(3));
        _world.Run(Counter.Clear);
        Assert.Equal("0, none, False", _world.Run(Counter.Show));

        _world.Run(() => Counter.Add(1));
        Assert.Equal("1, 1, True", _world.Run(Counter.Show));
    }

    [Fact]
    public void After_a_failed_write_the_state_is_as_the_grain_left_it_and_the_version_as_it_was()
    {
        _world.Run(() => Counter.Add(3));
        _world.Storage.NextFailure = new IOException("disk");

        var failure = World.Failure<OrleansException>(_world.Begin(() => Counter.Add(4)));

        Assert.Equal("The state 'count' of counter/a could not be written: disk", failure.Message);
        Assert.IsType<IOException>(failure.InnerException);

        Assert.Equal("7, 1, True", _world.Run(Counter.Show));
    }

    [Fact]
    public void A_write_over_another_version_fails_and_ends_the_activation_that_wrote()
    {
        _world.Run(() => Counter.Add(3));
        WriteBehindTheGrainsBack();

        World.Failure<InconsistentStateException>(_world.Begin(() => Counter.Add(1)));

        Assert.Equal("100, 2, True", _world.Run(Counter.Show));
    }

    [Fact]
    public void A_caller_that_passes_the_inconsistency_on_lives()
    {
        _world.Run(() => Counter.Add(3));
        var other = _world.Host.GrainFactory.GetGrain<ICounter>("caller");
        _world.Run(() => other.Add(5));
        WriteBehindTheGrainsBack();

        World.Failure<InconsistentStateException>(_world.Begin(() => other.AddTo("a", 1)));

        Assert.Equal(["counter/caller"], _world.Host.Activations().Select(activation => activation.GrainId.ToString()));
    }

    [Fact]
    public void A_state_that_cannot_be_read_fails_the_activation()
    {
        _world.Storage.NextFailure = new IOException("disk");

        World.Failure<OrleansException>(_world.Begin(Counter.Show));

        Assert.Equal("0, none, False", _world.Run(Counter.Show));
    }

    [Fact]
    public void Reading_again_replaces_the_state_in_memory()
    {
        _world.Run(() => Counter.Add(3));
        WriteBehindTheGrainsBack();

        _world.Run(Counter.Reload);

        Assert.Equal("100, 2, True", _world.Run(Counter.Show));
    }

    private void WriteBehindTheGrainsBack()
    {
        var state = new GrainState<CounterState>(new CounterState { Value = 100 }, "1");
        _world.Run(() => _world.Storage.WriteStateAsync("count", GrainId.Create("counter", "a"), state));
    }
}

public sealed class CounterState
{
    public int Value { get; set; }
}

internal interface ICounter : IGrainWithStringKey
{
    Task Add(int value);

    Task AddTo(string other, int value);

    Task<string> Show();

    Task Clear();

    Task Reload();

    Task End();
}

internal sealed class CounterGrain(
    Journal journal, [PersistentState("count")] IPersistentState<CounterState> count, IGrainContext context,
    [PersistentState("other", "Default")] IPersistentState<CounterState> other)
    : Grain, ICounter
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Assert.Same(context, GrainContext);
        Assert.NotSame(count, other);
        journal.Note($"{count.State.Value} at activation");
        return Task.CompletedTask;
    }

    public Task Add(int value)
    {
        count.State.Value += value;
        return count.WriteStateAsync();
    }

    public Task AddTo(string other, int value) => GrainFactory.GetGrain<ICounter>(other).Add(value);

    public Task<string> Show() => Task.FromResult($"{count.State.Value}, {count.Etag ?? "none"}, {count.RecordExists}");

    public Task Clear() => count.ClearStateAsync();

    public Task Reload() => count.ReadStateAsync();

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
