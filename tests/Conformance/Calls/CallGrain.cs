using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Calls;

[Alias("conformance.ICall")]
public interface ICall : IGrainWithStringKey
{
    [Alias("Silo"), AlwaysInterleave]
    Task<string> Silo();

    [Alias("Echo")]
    Task<Letter?> Echo(Letter? letter);

    [Alias("Quick")]
    ValueTask<int> Quick(int number);

    [Alias("Quiet")]
    ValueTask Quiet();

    [Alias("Hold")]
    Task Hold(string gate);

    /// <summary>Fails so: <c>refused</c>, <c>invalid</c>, <c>argument</c>, <c>cancelled</c>, <c>missing</c>.</summary>
    [Alias("Fail")]
    Task<int> Fail(string how, string message);

    [Alias("FailLater")]
    ValueTask FailLater(string message);

    [Alias("Tell"), OneWay]
    Task Tell(string word);

    [Alias("TellQuickly"), OneWay]
    ValueTask TellQuickly(string word);

    /// <summary>Waits for the gate longer than its caller.</summary>
    [Alias("Late"), ResponseTimeout("00:00:03")]
    Task Late(string gate);

    /// <summary>Waits until its token is cancelled, beside whoever is inside.</summary>
    [Alias("WaitForCancellation"), AlwaysInterleave]
    Task WaitForCancellation(CancellationToken cancellationToken);

    [Alias("Run")]
    Task Run(string word, CancellationToken cancellationToken);
}

public sealed class CallGrain(Board board, SiloName silo) : Grain, ICall
{
    private string Key => this.GetPrimaryKeyString();

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task<Letter?> Echo(Letter? letter) => Task.FromResult(letter);

    public ValueTask<int> Quick(int number) => ValueTask.FromResult(number + 1);

    public ValueTask Quiet() => ValueTask.CompletedTask;

    public async Task Hold(string gate)
    {
        board.Note(Key, "holds");
        await board.Opened(gate);
    }

    public Task<int> Fail(string how, string message) => how switch
    {
        "refused" => throw new RefusedException(message),
        "invalid" => throw new InvalidOperationException(message),
        "argument" => throw new ArgumentException(message),
        "cancelled" => throw new OperationCanceledException(message),
        _ => throw new KeyNotFoundException(message),
    };

    public async ValueTask FailLater(string message)
    {
        await Task.Yield();
        throw new RefusedException(message);
    }

    public Task Tell(string word)
    {
        board.Note(Key, word);
        return word == "bad" ? throw new RefusedException(word) : Task.CompletedTask;
    }

    public ValueTask TellQuickly(string word)
    {
        board.Note(Key, word);
        return ValueTask.CompletedTask;
    }

    public async Task Late(string gate)
    {
        board.Note(Key, "late begins");
        await board.Opened(gate);
        board.Note(Key, "late ends");
    }

    public async Task WaitForCancellation(CancellationToken cancellationToken)
    {
        board.Note(Key, "waits");
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
        board.Note(Key, "cancelled");
        cancellationToken.ThrowIfCancellationRequested();
    }

    public Task Run(string word, CancellationToken cancellationToken)
    {
        board.Note(Key, word);
        return Task.CompletedTask;
    }
}
