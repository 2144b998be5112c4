using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Activations;

/// <summary>Tells about its life.</summary>
[Alias("conformance.ILife")]
public interface ILife : IGrainWithStringKey
{
    [Alias("Silo"), AlwaysInterleave]
    Task<string> Silo();

    /// <summary>A number that each activation has for itself.</summary>
    [Alias("Activation")]
    Task<long> Activation();

    /// <summary>Asks for the end, then waits for the gate.</summary>
    [Alias("LeaveBehind")]
    Task LeaveBehind(string gate);

    [Alias("Leave")]
    Task Leave();
}

public sealed class LifeGrain(Board board, SiloName silo) : Grain, ILife, IAsyncDisposable
{
    private readonly long _number = board.NextNumber();

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        board.Note(Key, $"activated {_number}");
        return board.TakeFault($"{Key} activates")
            ? Task.FromException(new InvalidOperationException("Not today."))
            : Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Task.Yield();
        board.Note(Key, $"deactivated {_number}: {reason.ReasonCode}");
        if (board.TakeFault($"{Key} deactivates"))
        {
            throw new InvalidOperationException("I will not go.");
        }
    }

    public ValueTask DisposeAsync()
    {
        board.Note("disposed", $"{_number}");
        return ValueTask.CompletedTask;
    }

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task<long> Activation() => Task.FromResult(_number);

    public async Task LeaveBehind(string gate)
    {
        DeactivateOnIdle();
        board.Note(Key, "asked for its end");
        await board.Opened(gate);
        board.Note(Key, "went on after it had asked for its end");
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
