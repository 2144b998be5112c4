using Sluice.Actors.Activations;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Introspection;

/// <summary>What a grain said of itself, or why it did not.</summary>
internal readonly record struct ReadState(string? Json, string? Problem);

/// <summary>
/// Asks an active grain what it has in memory. The request interleaves with what runs, counts as no use, takes no place
/// in the bounded queue, passes no filter, and ends with its activation: it is never brought to the next one.
/// </summary>
internal static class StateReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    internal static async Task<ReadState> ReadAsync(Activation activation)
    {
        if (StateMethod.Of(activation.Class) is not { } method)
        {
            return new ReadState(null, $"The class of {activation.GrainId} has no way to look at its state: "
                + StateMethod.Rule);
        }

        var look = new LookItem(activation, method);
        if (!activation.TryEnqueue(look))
        {
            return new ReadState(null, "It is not active yet, or not any more: its state cannot be read now.");
        }

        using var patience = activation.Host.Time.CreateTimer(
            _ => look.GiveUp($"It did not tell its state within {Patience.TotalSeconds} s: a turn that does not end "
                + "holds it up, or it waits for something itself."),
            null, Patience, Timeout.InfiniteTimeSpan);
        var state = await look.Answer;
        activation.TryRemoveQueued(look);
        return state;
    }
}

/// <summary>One look at the state of one activation.</summary>
internal sealed class LookItem(Activation activation, StateMethod method) : AsyncWorkItem
{
    /// <summary>More is not shown. A state of this size has no place on an operator's screen.</summary>
    private const int CharactersMost = 256 * 1024;

    private readonly TaskCompletionSource<ReadState> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _json = "";

    internal Task<ReadState> Answer => _answer.Task;

    internal override Interleaving Interleaving => Interleaving.Always;

    internal override string Name => $"{activation.GrainId}.{method.Name}";

    protected override async Task Run() => _json = await method.Read(activation.GrainInstance!);

    /// <summary>It will not be read, or not in time.</summary>
    internal void GiveUp(string problem) => _answer.TrySetResult(new ReadState(null, problem));

    internal override void Ended() => _answer.TrySetResult(Failure is { } failure
        ? new ReadState(null, $"Its {method.Name} failed: {failure.GetType().Name}: {failure.Message}")
        : _json.Length > CharactersMost
            ? new ReadState(null, $"Its state is {_json.Length} characters long; {CharactersMost} is the most shown.")
            : new ReadState(_json, null));
}
