using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Turns;

/// <summary>Grains that count how many requests are inside of them.</summary>
[Alias("conformance.IWorker")]
public interface IWorker : IGrainWithStringKey
{
    [Alias("Silo"), AlwaysInterleave]
    Task<string> Silo();

    /// <summary>Is inside until the gate opens.</summary>
    [Alias("Hold")]
    Task Hold(string gate);

    /// <summary>Goes through a few awaits, adding one to a number that it read before them.</summary>
    [Alias("Add")]
    Task Add();

    [Alias("Sum")]
    ValueTask<int> Sum();

    /// <summary>Is inside until the gate opens, beside whoever is there.</summary>
    [Alias("HoldBeside"), AlwaysInterleave]
    Task HoldBeside(string gate);

    /// <summary>Is inside until the gate opens, beside others that look.</summary>
    [Alias("Look"), ReadOnly]
    Task Look(string gate);

    /// <summary>Writes down what it was called with.</summary>
    [Alias("Write")]
    Task Write(int number);
}

public sealed class WorkerGrain(Board board, SiloName silo) : Grain, IWorker
{
    private int _inside;
    private int _sum;

    private string Key => this.GetPrimaryKeyString();

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task Hold(string gate) => Inside("hold", gate);

    public Task HoldBeside(string gate) => Inside("beside", gate);

    public Task Look(string gate) => Inside("look", gate);

    public async Task Add()
    {
        var sum = _sum;
        board.Note($"{Key} inside", $"{++_inside}");
        await Task.Yield();
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        _inside--;
        _sum = sum + 1;
    }

    public ValueTask<int> Sum() => ValueTask.FromResult(_sum);

    public Task Write(int number)
    {
        board.Note($"{Key} written", $"{number}");
        return Task.CompletedTask;
    }

    private async Task Inside(string how, string gate)
    {
        board.Note(Key, $"{how} in");
        await board.Opened(gate);
        board.Note(Key, $"{how} out");
    }
}
